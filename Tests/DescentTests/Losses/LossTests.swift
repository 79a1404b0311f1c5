import Descent
import Testing

/// Cross entropy and squared error: PyTorch's values and gradients, and the edges.
@Suite struct LossTests {
  struct File: Decodable { let cases: [Case] }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let loss: String
    let dtype: String
    let shape: [Int]
    let reduction: String
    let labelSmoothing: Double?
    let weighted: Bool?
    let ignoreIndex: Int?
    let value: [Number]
    let gradient: [Number]

    enum CodingKeys: String, CodingKey {
      case loss, dtype, shape, reduction, weighted, value, gradient
      case labelSmoothing = "label_smoothing"
      case ignoreIndex = "ignore_index"
    }

    struct Number: Decodable, Sendable {
      let value: Double
      init(from decoder: Decoder) throws { value = try JSONNumber(from: decoder).value }
    }

    var testDescription: String {
      "\(loss) \(dtype) \(shape) \(reduction) \(labelSmoothing ?? 0) \(weighted ?? false) \(ignoreIndex ?? 0)"
    }
  }

  static let file = Fixtures.load("losses.json", as: File.self)

  /// float32: ULP of the larger of 1 and the value.
  static let float32Budget = 8.0

  @Test(arguments: file.cases) func parity(_ test: Case) throws {
    let dtype = try #require(DType(rawValue: test.dtype))
    let reduction = try #require(Reduction(rawValue: test.reduction))
    let input: Tensor
    let value: Tensor
    if test.loss == "mse" {
      input = Tensor(exactNumbers(test.shape[0], step: 1), dtype: dtype)
      input.requiresGrad = true
      value = MSELoss(reduction: reduction)(input, Tensor(exactNumbers(test.shape[0], step: 2), dtype: dtype))
    } else {
      let (n, c) = (test.shape[0], test.shape[1])
      input = Tensor(exactNumbers(n * c, step: 1).map { $0 * 4 }, shape: [n, c], dtype: dtype)
      input.requiresGrad = true
      let weight = Tensor((0..<c).map { 0.25 + Double($0 % 5) / 4 }, dtype: dtype)
      let loss = CrossEntropyLoss(
        weight: test.weighted == true ? weight : nil, ignoreIndex: try #require(test.ignoreIndex),
        labelSmoothing: try #require(test.labelSmoothing), reduction: reduction)
      value = loss(input, Tensor(classes: (0..<n).map { ($0 * 5 + 1) % c }))
    }
    value.backward(Tensor.ones(value.shape, dtype: dtype))
    let tolerance = dtype == .float64 ? 1e-12 : Self.float32Budget * float32ULP
    #expect(largestError(value.doubles, test.value.map(\.value)) <= tolerance)
    #expect(largestError(try #require(input.grad).doubles, test.gradient.map(\.value)) <= tolerance)
  }

  private func crossEntropy(_ logits: [Double], _ target: Int, dtype: DType = .float32) -> (Double, [Double])
  {
    let x = Tensor(logits, shape: [1, logits.count], dtype: dtype)
    x.requiresGrad = true
    let loss = CrossEntropyLoss()(x, Tensor(classes: [target]))
    loss.backward()
    return (loss.item(), x.grad?.doubles ?? [])
  }

  @Test(arguments: [DType.float32, .float64]) func largeLogitsAreStable(_ dtype: DType) {
    #expect(crossEntropy([1e4, -1e4, 0], 0, dtype: dtype) == (0, [0, 0, 0]))
    #expect(crossEntropy([1e4, -1e4, 0], 1, dtype: dtype) == (2e4, [1, -1, 0]))
    #expect(crossEntropy([0, -.infinity], 0, dtype: dtype) == (0, [0, 0]))
    #expect(crossEntropy([0, -.infinity], 1, dtype: dtype).0 == .infinity)
    #expect(crossEntropy([0, .infinity], 0, dtype: dtype).0.isNaN)
    #expect(crossEntropy([.nan, 0], 1, dtype: dtype).0.isNaN)
    #expect(crossEntropy([0, .nan], 0, dtype: dtype).0.isNaN)
  }

  @Test func emptyBatches() {
    let x = Tensor.zeros([0, 3])
    x.requiresGrad = true
    let targets = Tensor([Int64](), shape: [0])
    #expect(CrossEntropyLoss()(x, targets).item().isNaN)
    #expect(CrossEntropyLoss(reduction: .sum)(x, targets).item() == 0)
    #expect(CrossEntropyLoss(reduction: .none)(x, targets).count == 0)
    #expect(MSELoss()(x, x.detached()).item().isNaN)
    #expect(MSELoss(reduction: .sum)(x, x.detached()).item() == 0)
  }

  @Test func allTargetsIgnored() throws {
    let x = Tensor.ones([2, 3])
    x.requiresGrad = true
    let targets = Tensor(classes: [-100, -100])
    CrossEntropyLoss(reduction: .sum)(x, targets).backward()
    #expect(try #require(x.grad).doubles == [0, 0, 0, 0, 0, 0])
    #expect(CrossEntropyLoss()(x, targets).item().isNaN)
  }

  @Test func oneSampleWithoutABatchDimension() {
    let x = Tensor([1, 2, 3], dtype: .float64)
    let batch = x.reshaped([1, 3])
    #expect(
      CrossEntropyLoss()(x, Tensor([Int64(2)], shape: [])).item()
        == CrossEntropyLoss()(batch, Tensor(classes: [2])).item())
  }

  @Test func meanSquaredErrorIsDifferentiableInBothArguments() throws {
    let (a, b) = (Tensor([1, 2], dtype: .float64), Tensor([3, 5], dtype: .float64))
    (a.requiresGrad, b.requiresGrad) = (true, true)
    MSELoss(reduction: .sum)(a, b).backward()
    #expect(try #require(a.grad).doubles == [-4, -6])
    #expect(try #require(b.grad).doubles == [4, 6])
  }

  // MARK: Programmer errors name the shapes

  @Test func aTargetOutsideTheClassesStops() async {
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [0, 3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [-1, 0]))
    }
  }

  @Test func shapesThatDoNotMatchStop() async {
    await #expect(processExitsWith: .failure) { _ = MSELoss()(Tensor.zeros([2, 3]), Tensor.zeros([3, 2])) }
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [0, 1, 2]))
    }
    await #expect(processExitsWith: .failure) { _ = CrossEntropyLoss(labelSmoothing: 1.5) }
  }
}
