import Descent
import Testing

/// Traces: the lecture's numbers, noise as PyTorch draws it, schedules, divergence, every rule.
@Suite struct TraceTests {
  /// The lecture's functions and rules. Its AdaGrad and RMSProp add epsilon under the root, PyTorch's beside it.
  static let traced: [(name: String, formula: String, rule: NamedRule)] = [
    ("gradient descent, x1^2 + 2 x2^2, eta 0.1", "x1^2 + 2 x2^2", NamedRule("sgd", ["lr": 0.1])),
    ("gradient descent, 0.1 x1^2 + 2 x2^2, eta 0.4", "0.1 x1^2 + 2 x2^2", NamedRule("sgd", ["lr": 0.4])),
    (
      "gradient descent, 0.1 x1^2 + 2 x2^2, eta 0.6 (diverges)", "0.1 x1^2 + 2 x2^2",
      NamedRule("sgd", ["lr": 0.6])
    ),
    ("momentum 0.5, eta 0.6", "0.1 x1^2 + 2 x2^2", NamedRule("sgd", ["lr": 0.6, "momentum": 0.5])),
    ("momentum 0.25, eta 0.6", "0.1 x1^2 + 2 x2^2", NamedRule("sgd", ["lr": 0.6, "momentum": 0.25])),
    (
      "adagrad eta 0.4 (eps 1e-6 inside the root)", "0.1 x1^2 + 2 x2^2",
      NamedRule("adagrad", ["lr": 0.4, "eps": 1e-6, "epsilon_placement": 1])
    ),
    (
      "adagrad eta 2", "0.1 x1^2 + 2 x2^2",
      NamedRule("adagrad", ["lr": 2, "eps": 1e-6, "epsilon_placement": 1])
    ),
    (
      "rmsprop eta 0.4 gamma 0.9 (eps 1e-6 inside the root)", "0.1 x1^2 + 2 x2^2",
      NamedRule("rmsprop", ["lr": 0.4, "alpha": 0.9, "eps": 1e-6, "epsilon_placement": 1])
    ),
  ]

  private struct File: Decodable { let traces: [String: [[Double]]] }

  /// Against numbers that were computed apart, in Python.
  @Test(arguments: traced.indices) func tracesOfTheLecture(_ index: Int) throws {
    let (name, text, rule) = Self.traced[index]
    let expected = try #require(Fixtures.load("traces.json", as: File.self).traces[name])
    let trace = try Trace(of: Formula(text), from: [-5, -2], steps: 20, by: rule)
    #expect(trace.points.count == 21 && trace.values.count == 21 && trace.divergedAt == nil)
    #expect(trace.learningRates == Array(repeating: rule.options["lr"]!, count: 20))
    for (actual, wanted) in zip(trace.points, expected) {
      let error = zip(actual, wanted).map { abs($0 - $1) / max(abs($1), 1e-3) }.max() ?? 1
      #expect(error < 1e-12, "\(name): \(actual), \(wanted)")
    }
  }

  @Test func allOfTheLecturesAreHere() {
    let names = Fixtures.load("traces.json", as: File.self).traces.keys
    #expect(Set(names) == Set(Self.traced.map(\.name)))
  }

  /// Every rule that takes vectors gets nearer to the bottom, or says why it takes none.
  @Test(arguments: RuleTable.rules.map(\.name)) func everyRule(_ name: String) throws {
    let rule = try RuleTable.named(name)
    let objective = try Quadratic(eigenvalues: [2, 4])
    do throws(DescentError) {
      let options = rule.options.contains { $0.name == "lr" } ? ["lr": 0.05] : [:]
      let trace = try Trace(
        of: objective, from: [-1, -0.5], steps: 30, by: NamedRule(name, options))
      #expect(trace.points.count == 31 && trace.values.last! < trace.values[0], "\(trace.values)")
      #expect(rule.kind != .matrix)
    } catch {
      #expect(rule.kind == .matrix || name == "sparse_adam", "\(name): \(error)")
    }
  }

  /// torch.manual_seed(0), and the lecture's noisy gradients of x1^2 + 2 x2^2, in float64:
  ///     g1 = 2 * x1 + torch.normal(0.0, 1, (1,), dtype=torch.float64), and g2 likewise; eta = 0.1
  @Test func noiseIsPyTorchs() throws {
    let trace = try Trace(
      of: Formula("x1^2 + 2 x2^2"), from: [-5, -2], steps: 4, by: SGD(learningRate: 0.1), noise: 1,
      generator: Generator(seed: 0))
    let expected: [[Double]] = [
      [-4.154099610824404, -1.1706571094239053], [-3.105400750452067, -0.7592373933824099],
      [-2.3758683661192515, -0.31568289649235826], [-1.9410293776583312, -0.27321237119518094],
    ]
    for (actual, wanted) in zip(trace.points.dropFirst(), expected) {
      for (a, b) in zip(actual, wanted) { #expect(abs(a - b) < 1e-12, "\(trace.points)") }
    }
    let again = try Trace(
      of: Formula("x1^2 + 2 x2^2"), from: [-5, -2], steps: 4, by: SGD(learningRate: 0.1), noise: 1,
      generator: Generator(seed: 0))
    #expect(again.points == trace.points)
  }

  /// The rate of step t is the schedule's at t, from 0 on; what is left open is the trace's length.
  @Test func schedules() throws {
    func rates(_ text: String, steps: Int) throws -> [Double] {
      try Trace(
        of: Quadratic(eigenvalues: [1, 1]), from: [1, 1], steps: steps, by: SGD(learningRate: 0.5),
        schedule: Schedule(text)
      ).learningRates
    }
    #expect(try rates("exponential(0.5)", steps: 3) == [0.5, 0.25, 0.125])
    let cosine = try rates("cosine", steps: 4)
    #expect(cosine[0] == 0.5 && abs(cosine[2] - 0.25) < 1e-15)
    // It ends with the last step.
    #expect(try rates("one_cycle(max_lr=1, total_steps=5)", steps: 5).count == 5)
    #expect(try rates("reduce_lr_on_plateau(patience=0, threshold=0.9)", steps: 6).last! < 0.5)
  }

  @Test func divergenceEndsTheTrace() throws {
    let trace = try Trace(
      of: Formula("x1^4 + x2^4"), from: [3, 3], steps: 100, by: SGD(learningRate: 1))
    let step = try #require(trace.divergedAt)
    #expect(step < 12 && trace.points.count == step && trace.learningRates.count == step)
    #expect(trace.values.allSatisfy { $0.isFinite } && trace.points.joined().allSatisfy { $0.isFinite })
    // Out of a function's domain.
    let log = try Trace(of: Formula("log(x1) + x2^2"), from: [0.5, 1], steps: 9, by: SGD(learningRate: 1))
    #expect(log.divergedAt == 1 && log.points == [[0.5, 1]])
  }

  @Test func noStepsAreTheStart() throws {
    let trace = try Trace(of: Formula("x1 x2"), from: [2, 3], steps: 0, by: SGD(learningRate: 1))
    #expect(
      trace.points == [[2, 3]] && trace.values == [6] && trace.lowest == 0 && trace.learningRates == [])
  }

  @Test func mistakesAreNamed() {
    func sentence(_ text: String, _ start: [Double], _ rule: NamedRule) -> String {
      do throws(DescentError) {
        _ = try Trace(of: Formula(text), from: start, steps: 1, by: rule)
      } catch { return error.message }
      return ""
    }
    #expect(sentence("log(x)", [-1, 0], NamedRule("sgd")).contains("at the start, (-1, 0)"))
    #expect(sentence("floor(x)", [1, 0], NamedRule("sgd")).contains("no derivative"))
    #expect(sentence("3", [1, 0], NamedRule("sgd")).contains("no derivative"))
    #expect(sentence("x", [1, 0], NamedRule("sdg")).contains("sdg"))
    #expect(sentence("x", [1, 0], NamedRule("sgd", ["lr": -1])).contains("lr"))
  }
}
