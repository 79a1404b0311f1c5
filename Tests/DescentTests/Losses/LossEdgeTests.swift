import Descent
import Testing

/// Every loss where formulas break, against PyTorch: values, gradients, and second derivatives; and that a gradient is the
/// same whether or not it is to be differentiated in turn.
@Suite struct LossEdgeTests {
  struct File: Decodable { let cases: [Case] }

  struct Input: Decodable, Sendable {
    let name: String
    let shape: [Int]
    let values: [JSONNumber]

    func tensor(_ dtype: DType) -> Tensor {
      guard name == "targets" else {
        return Tensor(values.map(\.value), shape: Shape(shape), dtype: dtype)
      }
      return Tensor(values.map { Int64($0.value) }, shape: Shape(shape))
    }
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let loss: LossCase
    let inputs: [Input]
    let constants: [Input]
    let value: [JSONNumber]
    let gradients: [[JSONNumber]]
    let second: [[JSONNumber]]?

    enum CodingKeys: CodingKey { case inputs, constants, value, gradients, second }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      loss = try LossCase(from: decoder)
      inputs = try container.decode([Input].self, forKey: .inputs)
      constants = try container.decode([Input].self, forKey: .constants)
      value = try container.decode([JSONNumber].self, forKey: .value)
      gradients = try container.decode([[JSONNumber]].self, forKey: .gradients)
      second = try container.decodeIfPresent([[JSONNumber]].self, forKey: .second)
    }

    var testDescription: String {
      "\(loss.testDescription) by \(inputs.map(\.name)), with \(constants.map(\.name))"
    }
  }

  static let file = Fixtures.load("loss_edges.json", as: File.self)

  /// Bit for bit, but for zeros' signs. A linear layer in between adds its products up in another order where its
  /// gradients are differentiated.
  private func agree(_ a: [Double], _ b: [Double], _ loss: LossCase) -> Bool {
    let hasLayer = loss.loss == "linear_cross_entropy" && loss.reduction == .none
    return hasLayer
      ? largestULP(a, b, loss.dtype, scale: 8) <= 4
      : a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }

  @Test(arguments: file.cases) func edges(_ test: Case) throws {
    let dtype = test.loss.dtype
    let inputs = test.inputs.map { $0.tensor(dtype) }
    for input in inputs { input.requiresGrad = true }
    let names = (test.inputs + test.constants).map(\.name)
    let tensors = inputs + test.constants.map { $0.tensor(dtype) }
    let value = try test.loss(Dictionary(uniqueKeysWithValues: zip(names, tensors)))
    let scale = Differenced(test.loss.loss, size: test.loss.loss == "linear_cross_entropy" ? 30 : 1)
    let error = largestULP(value.doubles, test.value.map(\.value), dtype, scale: scale.value)
    #expect(error <= test.loss.budget, "value \(value.doubles) for \(test.value.map(\.value))")

    let upstream = Tensor.ones(value.shape, dtype: dtype)
    let plain = gradients(of: value, at: inputs, upstream: upstream)
    let recorded = gradients(of: value, at: inputs, upstream: upstream, createGraph: true)
    for (k, expected) in test.gradients.enumerated() {
      let numbers = plain[k].doubles
      let error = largestULP(numbers, expected.map(\.value), dtype, scale: scale.gradients)
      #expect(
        error <= test.loss.budget, "\(error) \(test.inputs[k].name): \(numbers) for \(expected.map(\.value))")
      #expect(
        agree(recorded[k].doubles, numbers, test.loss),
        "\(test.inputs[k].name): \(recorded[k].doubles) for \(numbers)")
    }

    guard let second = test.second else { return }
    let total = recorded.enumerated().filter(\.element.requiresGrad).map { k, slope in
      slope.sum() * Double(k + 1)
    }
    guard let first = total.first else {
      #expect(second.joined().allSatisfy { $0.value == 0 })
      return
    }
    let bends = gradients(of: total.dropFirst().reduce(first, +), at: inputs)
    for (k, expected) in second.enumerated() {
      let numbers = bends[k].doubles
      let error = largestULP(numbers, expected.map(\.value), dtype, scale: scale.second)
      #expect(
        error <= test.loss.budget,
        "\(error) second, \(test.inputs[k].name): \(numbers) for \(expected.map(\.value))")
    }
  }

  /// One upstream number for each value, and each reduction.
  @Test(arguments: LossParityTests.file.cases.filter { !["complex_l1", "ctc"].contains($0.loss.loss) })
  func bothWaysAgree(_ test: LossParityTests.Case) throws {
    let (value, inputs) = try LossParityTests.evaluate(test)
    let upstream = Tensor(exactNumbers(value.count, step: 9), shape: value.shape, dtype: test.dtype)
    let plain = gradients(of: value, at: inputs, upstream: upstream)
    let recorded = gradients(of: value, at: inputs, upstream: upstream, createGraph: true)
    for (a, b) in zip(plain, recorded) { #expect(agree(b.doubles, a.doubles, test.loss)) }
  }

  /// Near 0, where log cosh d is d² / 2 and the logarithm's argument nearly 1, as far away as d goes.
  @Test(arguments: file.cases.filter { $0.loss.loss == "log_cosh" }) func logCosh(_ test: Case) throws {
    let dtype = test.loss.dtype
    let inputs = test.inputs.map { $0.tensor(dtype) }
    for input in inputs { input.requiresGrad = true }
    let value = LogCoshLoss(reduction: .none)(inputs[0], inputs[1])
    let ones = Tensor.ones(value.shape, dtype: dtype)
    let slope = gradients(of: value, at: [inputs[0]], upstream: ones, createGraph: true)[0]
    let bend = gradients(of: slope, at: [inputs[0]], upstream: ones)[0]
    let budget: (value: Double, slope: Double, bend: Double) = dtype == .float32 ? (1, 1, 8) : (4, 4, 8)
    #expect(largestULP(value.doubles, test.value.map(\.value), dtype) <= budget.value)
    #expect(largestULP(slope.doubles, test.gradients[0].map(\.value), dtype) <= budget.slope)
    let expected = try #require(test.second)[0].map { -$0.value }
    let error = largestULP(bend.doubles, expected, dtype)
    #expect(error <= budget.bend, "\(bend.doubles) for \(expected)")
  }

  @Test func everyLossHasItsEdges() {
    let (usual, edges) = (
      Set(LossParityTests.file.cases.map(\.loss.loss)), Set(Self.file.cases.map(\.loss.loss))
    )
    let without: Set = ["complex_l1", "ctc", "cross_entropy_probabilities"]
    #expect(usual.subtracting(edges) == without)
  }
}
