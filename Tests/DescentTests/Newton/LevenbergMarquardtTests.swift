import Descent
import Testing

/// NIST's certified regressions, and what is refused.
@Suite struct LevenbergMarquardtTests {
  struct Problem: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let x: [Double]
    let y: [Double]
    let start1: [Double]
    let start2: [Double]
    let certified: [Double]
    let standardErrors: [Double]
    let sumOfSquares: Double

    enum CodingKeys: String, CodingKey {
      case name, x, y, start1, start2, certified
      case standardErrors = "certified_standard_deviation"
      case sumOfSquares = "certified_rss"
    }
    var testDescription: String { name }
  }

  static let problems = Fixtures.load("nist.json", as: [Problem].self)

  /// The model functions, as NIST prints them.
  private static func model(_ name: String, _ p: Tensor, _ x: Tensor) -> Tensor {
    let b = (0..<p.count).map { p[rows: $0..<$0 + 1] }
    switch name {
    case "Misra1a", "BoxBOD": return b[0] * (1 - (-(b[1] * x)).exp())
    case "Misra1b":
      let base: Tensor = b[1] * x / 2.0 + 1.0
      return b[0] * (1 - base.pow(-2))
    case "Misra1c":
      let base: Tensor = b[1] * x * 2.0 + 1.0
      return b[0] * (1 - base.pow(-0.5))
    case "Misra1d": return b[0] * b[1] * x / (b[1] * x + 1)
    case "Chwirut2": return (-(b[0] * x)).exp() / (b[1] + b[2] * x)
    case "DanWood": return b[0] * x.pow(b[1])
    case "MGH17":
      let (fast, slow): (Tensor, Tensor) = ((-(x * b[3])).exp(), (-(x * b[4])).exp())
      return b[0] + b[1] * fast + b[2] * slow
    case "MGH09":
      let (above, below): (Tensor, Tensor) = (x * x + x * b[1], x * x + x * b[2] + b[3])
      return b[0] * above / below
    case "MGH10": return b[0] * (b[1] / (x + b[2])).exp()
    case "Thurber":
      let (square, cube) = (x * x, x * x * x)
      let above: Tensor = b[0] + b[1] * x + b[2] * square + b[3] * cube
      let below: Tensor = b[4] * x + b[5] * square + b[6] * cube
      return above / (below + 1)
    case "Rat42": return b[0] / ((b[1] - b[2] * x).exp() + 1)
    case "Rat43":
      let base: Tensor = (b[1] - b[2] * x).exp() + 1.0
      return b[0] / base.pow(1 / b[3])
    case "Eckerle4":
      let d: Tensor = (x - b[2]) / b[1]
      return b[0] / b[1] * (d * d * -0.5).exp()
    default: preconditionFailure("no model \(name)")
    }
  }

  /// The digits in which parameters and standard errors agree with the certified ones.
  private func digits(_ problem: Problem, from start: [Double]) throws -> (parameters: Double, errors: Double)
  {
    let (x, y) = (Tensor(problem.x, dtype: .float64), Tensor(problem.y, dtype: .float64))
    let fit = try LevenbergMarquardt.fit(startingAt: start) { y - Self.model(problem.name, $0, x) }
    func worst(_ found: [Double], _ certified: [Double]) -> Double {
      let error = zip(found, certified).map { $0.isFinite ? abs($0 / $1 - 1) : 1 }.max() ?? 1
      return -Tensor([max(error, 1e-16)], dtype: .float64).log().item() / 2.302585092994046
    }
    return (worst(fit.x, problem.certified), worst(fit.standardErrors, problem.standardErrors))
  }

  @Test(arguments: problems) func certifiedFromTheNearStart(_ problem: Problem) throws {
    let found = try digits(problem, from: problem.start2)
    #expect(found.parameters >= 6 && found.errors >= 6, "\(problem.name): \(found) digits")
  }

  @Test func certifiedFromTheFarStart() throws {
    var failed: [String] = []
    for problem in Self.problems {
      let found = try digits(problem, from: problem.start1)
      if found.parameters < 6 || found.errors < 6 { failed.append("\(problem.name) \(found)") }
    }
    #expect(failed.count <= 2, "\(failed)")
  }

  /// Undamped steps from the near start: the same fits, or an end that says there is none.
  @Test func gaussNewtonFitsOrSaysWhyNot() throws {
    var fitted = 0
    for problem in Self.problems {
      let (x, y) = (Tensor(problem.x, dtype: .float64), Tensor(problem.y, dtype: .float64))
      let fit = try LevenbergMarquardt.fit(
        startingAt: problem.start2, options: .init(method: .gaussNewton)
      ) { y - Self.model(problem.name, $0, x) }
      let isCertified = zip(fit.x, problem.certified).allSatisfy { abs($0 / $1 - 1) < 1e-6 }
      #expect(isCertified || !fit.reason.isGood, "\(problem.name): \(fit.reason) \(fit.x)")
      fitted += isCertified ? 1 : 0
    }
    #expect(fitted >= 12, "\(fitted)")
  }

  @Test func gaussNewtonNeedsFullRank() throws {
    let y = Tensor([1, 2, 3], dtype: .float64)
    let fit = try LevenbergMarquardt.fit(startingAt: [0, 0], options: .init(method: .gaussNewton)) { b in
      y - b[rows: 0..<1] - b[rows: 1..<2]
    }
    #expect(fit.reason == .singular && fit.badIndex == 1)
    #expect(fit.covariance.doubles.allSatisfy { $0.isNaN })
  }

  @Test func linearProblemsAreSolvedAtOnce() throws {
    let x = Tensor((0..<5).map(Double.init), dtype: .float64)
    let y = Tensor([1, 3, 5, 7, 9.5], dtype: .float64)
    let fit = try LevenbergMarquardt.fit(startingAt: [0, 0]) { b in y - b[rows: 0..<1] - b[rows: 1..<2] * x }
    #expect(abs(fit.x[0] - 0.9) < 1e-12 && abs(fit.x[1] - 2.1) < 1e-12 && fit.reason.isGood)
    // s^2 = 0.1 / 3, and (X'X)^-1 = [[0.6, -0.2], [-0.2, 0.1]].
    #expect(abs(fit.standardErrors[1] - (0.1 / 3 * 0.1).squareRoot()) < 1e-12)
    #expect(abs(fit.covariance[0, 1].item() + 0.1 / 3 * 0.2) < 1e-12)
  }

  @Test func badInput() throws {
    for start in [[], [Double.nan]] {
      #expect(throws: DescentError.self) { try LevenbergMarquardt.fit(startingAt: start) { $0 } }
    }
    let few = try #require(throws: DescentError.self) {
      try LevenbergMarquardt.fit(startingAt: [1, 2]) { $0[rows: 0..<1] }
    }
    #expect(few.message.contains("1 residuals for 2 parameters"))
    #expect(throws: DescentError.self) { try LevenbergMarquardt.fit(startingAt: [1]) { $0.sum() } }
    #expect(try LevenbergMarquardt.fit(startingAt: [-1]) { $0.log() }.reason == .nonFiniteValue)
    // A parameter that nothing depends on has no error.
    let flat = try LevenbergMarquardt.fit(startingAt: [1, 1]) { b in
      b[rows: 0..<1] * Tensor([1, 2, 3], dtype: .float64) - Tensor([1, 2, 4], dtype: .float64)
    }
    #expect(flat.standardErrors.allSatisfy { $0.isNaN })
  }
}
