import Descent
import Testing

/// Gradients of very different sizes after one another, against PyTorch: `Tests/Fixtures/running_means.py`.
@Suite struct RunningMeanTests {
  struct File: Decodable, Sendable {
    let cases: [Case]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Step: Decodable, Sendable {
      let values: [JSONNumber]
      let state: [String: [JSONNumber]]
    }

    let rule: String
    let options: [String: Double]
    let dtype: DType
    let start: [Double]
    let gradients: [[Double]]
    let steps: [Step]

    var testDescription: String { "\(rule) \(dtype) \(options.sorted { $0.key < $1.key })" }
  }

  static let cases = Fixtures.load("running_means.json", as: File.self).cases

  /// Parameters and state, each relative to itself: a running mean near 0 counts as much as one near 1e38.
  @Test(arguments: cases) func trajectory(_ test: Case) throws {
    let p = Parameter(Tensor(test.start, dtype: test.dtype))
    let optimizer = try Optimizer([p], NamedRule(test.rule, test.options))
    let budget = test.dtype == .float64 ? float64Budget : 16
    for (step, (gradients, expected)) in zip(test.gradients, test.steps).enumerated() {
      p.grad = Tensor(gradients, dtype: test.dtype)
      try optimizer.step()
      #expect(largestULP(p.doubles, expected.values.map(\.value), test.dtype) <= budget, "step \(step)")
      let state = optimizer.stateDict
      for (slot, values) in expected.state {
        let actual = try #require(state["0.\(slot)"], "no state \(slot)").doubles
        #expect(largestULP(actual, values.map(\.value), test.dtype) <= budget, "step \(step): \(slot)")
      }
    }
  }
}
