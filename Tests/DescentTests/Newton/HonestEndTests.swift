import Descent
import Testing

/// Minima that are claimed only where there are some.
@Suite struct HonestEndTests {
  /// One direction's curvature is 1e9 times the other's, which is negative at the saddle between the minima.
  private static func steepSaddle(_ x: Tensor) -> Tensor {
    let (a, b) = (x[rows: 0..<1], x[rows: 1..<2])
    let (a2, b2) = (a * a, b * b)
    return (a2 * 1e9 + b2 * b2 - b2 * (1 - a2 * 100)).sum()
  }

  @Test(arguments: [NewtonOptions.Method.trustRegion, .dogleg, .conjugateGradients])
  func saddlesBesideSteepWallsAreLeft(_ method: NewtonOptions.Method) throws {
    let result = try Newton.minimize(
      startingAt: [1, 0], options: NewtonOptions(method: method), Self.steepSaddle)
    #expect(result.reason.isGood && abs(result.value + 0.25) < 1e-6, "\(result)")
  }

  @Test(arguments: [NewtonOptions.Method.pure, .lineSearch, .projected])
  func saddlesBesideSteepWallsAreNamed(_ method: NewtonOptions.Method) throws {
    let result = try Newton.minimize(
      startingAt: [1, 0], options: NewtonOptions(method: method), Self.steepSaddle)
    #expect(result.reason == .saddle && result.inertia.negative == 1, "\(result)")
  }

  /// Meyer's problem takes more than 200 iterations.
  @Test func defaultsAreEnoughForEveryProblem() throws {
    for problem in TestFunction.all {
      let result = try Newton.minimize(startingAt: problem.start) { problem($0) }
      #expect(result.reason.isGood, "\(problem.name): \(result)")
    }
  }
}
