import Descent
import Testing

/// Every option of every rule against PyTorch, 50 steps, on 67 elements, a scalar, nothing and a matrix.
@Suite struct OptimizerParityTests {
  struct File: Decodable {
    let shapes: [[Int]]
    let steps: [Int]
    let cases: [Case]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let rule: String
    let options: [String: Double]
    let dtype: String
    let clipNorm: Double?
    let clipValue: Double?
    let values: [[Double]]

    enum CodingKeys: String, CodingKey {
      case rule, options, dtype, values
      case clipNorm = "clip_norm"
      case clipValue = "clip_value"
    }

    var testDescription: String { "\(rule) \(dtype) \(options.sorted { $0.key < $1.key })" }
  }

  static let file = Fixtures.load("optimizers.json", as: File.self)

  /// float32: 50 steps may drift from PyTorch by this many ULP of the larger of 1 and the value.
  static let float32Budget = 64.0

  @Test(arguments: file.cases) func trajectory(_ test: Case) throws {
    let dtype = try #require(DType(rawValue: test.dtype))
    let parameters = Self.file.shapes.enumerated().map { k, shape in
      Parameter(
        Tensor(exactNumbers(shape.reduce(1, *), offset: 1 + k), shape: Shape(shape), dtype: dtype))
    }
    let optimizer = try Optimizer(parameters, NamedRule(test.rule, test.options))
    try optimizer.setClipping(norm: test.clipNorm, value: test.clipValue)
    var kept: [[Double]] = []
    for step in 1...(try #require(Self.file.steps.last)) {
      for (k, parameter) in parameters.enumerated() {
        parameter.grad = Tensor(
          exactNumbers(parameter.count, step: step, offset: 1 + k), shape: parameter.shape, dtype: dtype)
      }
      try optimizer.step()
      if Self.file.steps.contains(step) { kept.append(parameters.flatMap(\.doubles)) }
    }
    let tolerance = dtype == .float64 ? 1e-12 : Self.float32Budget * float32ULP
    for (actual, expected) in zip(kept, test.values) {
      #expect(largestError(actual, expected) <= tolerance)
    }
  }

  /// Each option of each rule's table is exercised with a value that is not its default.
  @Test(arguments: RuleTable.rules.map(\.name)) func everyOptionHasACase(_ rule: String) throws {
    let row = try #require(RuleTable.rule(rule))
    for option in row.options {
      let isAlwaysOn = rule == "adamw" && option.name == "decoupled_weight_decay"
      let isCovered = Self.file.cases.contains {
        $0.rule == rule && $0.options[option.name].map { $0 != option.initial } ?? false
      }
      #expect(isCovered || isAlwaysOn, "\(rule): no fixture sets \(option.name)")
    }
  }
}
