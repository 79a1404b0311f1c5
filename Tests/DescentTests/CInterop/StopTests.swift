import Descent
import Foundation
import Testing

/// Mistakes that only a program can make stop it with a sentence on standard error, in release builds too. Those with
/// losses and layers are in `LossArgumentTests`.
@Suite struct StopTests {
  struct Mistake: Sendable {
    /// What the sentence says, with the shapes, types or values that are at fault.
    let sentence: String
    let make: @Sendable () -> Void

    init(_ sentence: String, _ make: @escaping @Sendable () -> Void) {
      (self.sentence, self.make) = (sentence, make)
    }
  }

  /// To add one: what is said, and what is done.
  static let mistakes: [Mistake] = [
    // Shapes
    Mistake("matmul: shapes [2, 3] and [2, 3]: 3 columns for 2 rows") {
      _ = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 3]))
    },
    Mistake("add: shapes [2, 3] and [4] do not broadcast") { _ = Tensor.ones([2, 3]) + Tensor.ones([4]) },
    Mistake("reshape: shape [2, 3] has 6 numbers, [4] has 4") { _ = Tensor.ones([2, 3]).reshaped([4]) },
    Mistake("an extent is -1, must not be negative") { _ = Tensor.ones([2, 3]).reshaped([-1]) },
    Mistake("sum: dimension is 2, must be in [-2, 2)") { _ = Tensor.ones([2, 3]).sum(dim: 2) },
    Mistake("rows 1..<5 of the shape [3, 2]") { _ = Tensor.ones([3, 2])[rows: 1..<5] },
    Mistake("select: index is 3, must be in [-3, 3)") { _ = Tensor.ones([3, 2])[3, 0] },
    Mistake("copying shape [3] into shape [2]") { Tensor.ones([2]).copy(from: .ones([3])) },
    Mistake("5 numbers for the shape [2, 3] of 6") { _ = Tensor([1, 2, 3, 4, 5], shape: [2, 3]) },
    Mistake("TensorDataset: inputs of shape [3, 2], targets of shape [4]") {
      _ = TensorDataset(inputs: .ones([3, 2]), targets: .ones([4]))
    },
    // Types
    Mistake("add: the types are float32 and float64, must be the same") {
      _ = Tensor.ones([2]) + Tensor.ones([2], dtype: .float64)
    },
    Mistake("add: the type is int64, must be float32 or float64") {
      _ = Tensor(classes: [1]) + Tensor(classes: [2])
    },
    Mistake("nan as an int64") { _ = Tensor([.nan], dtype: .int64) },
    // Values
    Mistake("target 3 of sample 1") { _ = CrossEntropyLoss()(.ones([2, 3]), Tensor(classes: [0, 3])) },
    Mistake("linear: in_features is 0, must be a whole number in [1, ") { _ = Linear(0, 3) },
    // Numbers that stand for an option that is left out.
    Mistake("padding is -1") { _ = Conv2d(1, 1, kernelSize: 3, padding: -1) },
    Mistake("momentum is -1") { _ = BatchNorm1d(2, momentum: -1) },
    Mistake("maxNorm is -1") { _ = Embedding(3, 2, maxNorm: -1) },
    Mistake("eps is -1") { _ = RMSNorm(2, eps: -1) },
    Mistake("keyDim is 0") { _ = MultiheadAttention(2, 1, keyDim: 0) },
    Mistake("projection is 0") { _ = LSTM(2, 2, projection: 0) },
    Mistake("stride is 0") { _ = MaxPool2d(2, stride: [1, 0]) },
    Mistake("arange(-1): the count must not be negative") { _ = Tensor.arange(-1) },
    Mistake("the decay is 2.0, must be in [0, 1]") {
      _ = AveragedModel(Linear(1, 1), .exponential(decay: 2))
    },
    Mistake("Glyphs: -1 images") { _ = Glyphs.images(count: -1, seed: 0) },
    Mistake("IDXFile: 3 bytes for the shape [2, 2]") { _ = IDXFile(shape: [2, 2], bytes: [1, 2, 3]) },
    Mistake("a shape of [4294967296, 4294967296] has too many elements") {
      _ = IDXFile(shape: [1 << 32, 1 << 32], bytes: [])
    },
    Mistake("parallelFor: the count is -1") { Runtime.parallelFor(-1) { _ in } },
    Mistake("there is no group 1, only 1") {
      _ = try? Optimizer([Parameter(.ones([1]))], SGD()).statistics(group: 1)
    },
    // Sizes
    Mistake("empty: shape [2305843009213693952, 2] is too large") {
      _ = Tensor.zeros([1 << 61, 2])
    },
    Mistake("linear: out_features is 4.61169e+18, must be a whole number in [1, ") { _ = Linear(4, 1 << 62) },
    Mistake("bytes could not be allocated") { _ = Tensor.zeros([1 << 45]) },
    // The tape
    Mistake("item: shape [2] has 2 numbers, must have 1") { _ = Tensor.ones([2]).item() },
    Mistake("backward: the tensor does not require gradients") { Tensor(1).backward() },
    Mistake("backward: shape [2] needs an upstream gradient") {
      Parameter(.ones([2])).exp().backward()
    },
    Mistake("backward: upstream is float64 of shape [2], must be float32 of shape [2]") {
      Parameter(.ones([2])).exp().backward(.ones([2], dtype: .float64))
    },
    Mistake("set_requires_grad: the result of exp is no leaf: detach it") {
      Parameter(.ones([2])).exp().requiresGrad = false
    },
    Mistake("multiply: an input of shape [2] was changed in place after it was used") {
      let p = Parameter(.ones([2]))
      let loss = (p * p).sum()
      p.fill(3)
      loss.backward()
    },
    Mistake("Module does not override forward") { _ = Module()(.ones([1])) },
    Mistake("LinearRegression has not been fitted") { _ = LinearRegression().predict(.ones([1, 1])) },
  ]

  @Test(arguments: mistakes.indices) func aSentenceOnStandardError(_ index: Int) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      StopTests.mistakes[index].make()
    }
    let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(errors.contains("Fatal error: ") && errors.contains(Self.mistakes[index].sentence), "\(errors)")
  }

  /// What asks for more memory than there can be, and what is said.
  static let shortages: [Mistake] = [
    Mistake("bytes could not be allocated") { _ = Tensor.zeros([1 << 45]) },
    // A table of 10 million numbers for each state of the longest target.
    Mistake("out of memory") {
      let targets = [[Int](repeating: 1, count: 500_000)] + [[Int]](repeating: [], count: 499)
      _ = CTCLoss()(.zeros([20_000, 500, 2]), targets: targets)
    },
  ]

  /// A program may say it, and end, in its own way.
  @Test(arguments: shortages.indices) func lackOfMemoryIsHandedOver(_ index: Int) async throws {
    let result = await #expect(processExitsWith: .exitCode(7), observing: [\.standardOutputContent]) {
      [index] in
      Memory.whenExhausted { sentence in
        print("no memory: \(sentence)")
        exit(7)
      }
      StopTests.shortages[index].make()
    }
    let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    #expect(output.contains("no memory: ") && output.contains(Self.shortages[index].sentence), "\(output)")
  }

  /// `precondition` prints nothing in a release build, and Swift's other ways to stop no sentence of ours.
  @Test func nothingElseStopsTheProgram() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
    let stops = /\b(precondition|preconditionFailure|assert|assertionFailure|fatalError)\(|\btry!|\bas!/
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files
    where file.pathExtension == "swift" && file.lastPathComponent != "Demand.swift" {
      count += 1
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() where line.contains(stops) {
        Issue.record("\(file.lastPathComponent):\(number + 1) uses \(line): see CInterop/Demand.swift")
      }
    }
    #expect(count > 100)
  }
}
