import Descent
import Testing

/// A step of SGD as a matrix: numpy's eigenvalues, and what SGD does.
@Suite struct SGDDynamicsTests {
  @Test func matricesAndEigenvalues() {
    for expected in TheoryFixture.load().momentum {
      let one = SGDDynamics(
        learningRate: expected.learningRate, momentum: expected.momentum, curvature: expected.curvature)
      let name = "\(expected)"
      #expect(agree(one.matrix.flatMap { $0 }, expected.matrix.flatMap { $0 }), "\(name)")
      // Where both are nearly the same, they are known to the root of rounding only.
      let found = one.eigenvalues.flatMap { [$0.real, $0.imaginary] }
      #expect(agree(found, expected.eigenvalues.flatMap { $0 }, 1e-7), "\(name): \(found)")
      #expect(agree([one.radius], [expected.radius], 1e-7), "\(name): \(one.radius)")
      #expect(agree([one.position(from: 1, after: 12)], [expected.position]), "\(name)")
    }
  }

  /// 0 < eta lambda < 2 + 2 beta, and not beyond.
  @Test(arguments: [0, 0.25, 0.5, 0.9, 0.95]) func convergence(_ momentum: Double) {
    let range = SGDDynamics.convergence(momentum: momentum)
    #expect(range == 0..<2 + 2 * momentum)
    for product in stride(from: -0.5, to: 4.5, by: 0.0625) where ![0, 2 + 2 * momentum].contains(product) {
      let one = SGDDynamics(learningRate: product, momentum: momentum, curvature: 1)
      #expect(one.converges == (one.radius < 1), "\(product), \(momentum): \(one.radius)")
      #expect(one.converges == (range.contains(product) && product > 0))
    }
  }

  /// The optimizer does what the matrix says.
  @Test(arguments: [0, 0.5, 0.9]) func optimizersAgree(_ momentum: Double) throws {
    let rule = SGD(learningRate: 0.3, momentum: momentum)
    let trace = try Trace(of: Quadratic(eigenvalues: [0.5, 4]), from: [1, -2], steps: 25, by: rule)
    for (axis, curvature) in [0.5, 4].enumerated() {
      let one = try #require(SGDDynamics(rule, curvature: curvature))
      #expect(one.momentum == momentum && one.learningRate == 0.3 && one.curvature == curvature)
      #expect(agree(trace.points.map { $0[axis] }, one.positions(from: [1, -2][axis], steps: 25), 1e-13))
    }
  }

  @Test func rulesThatItIsNotAbout() {
    #expect(SGDDynamics(Adam(learningRate: 1), curvature: 1) == nil)
    #expect(SGDDynamics(SGD(learningRate: 1, momentum: 0.9, nesterov: true), curvature: 1) == nil)
    #expect(SGDDynamics(SGD(learningRate: 1, weightDecay: 0.1), curvature: 1) == nil)
  }

  /// The lecture's four curves: eta 0.1; the last is (-0.9)^t.
  @Test func ratesOfTheLecture() {
    for (curvature, factor) in [(0.1, 0.99), (1.0, 0.9), (10, 0), (19, -0.9)] {
      let one = SGDDynamics(learningRate: 0.1, curvature: curvature)
      var expected = [1.0]
      for _ in 0..<19 { expected.append(expected.last! * factor) }
      #expect(agree(one.positions(from: 1, steps: 19), expected, 1e-14), "\(curvature)")
      #expect(one.oscillates == (factor < 0) && one.converges)
    }
    #expect(!SGDDynamics(learningRate: 0.1, curvature: 20).converges)
    #expect(SGDDynamics(learningRate: 0.1, momentum: 0.9, curvature: 20).converges)
  }

  @Test func stepsAndBestOptions() {
    let rate = SGDDynamics.bestLearningRate(smallest: 1, largest: 9)
    for curvature in [1.0, 9] {
      #expect(agree([SGDDynamics(learningRate: rate, curvature: curvature).radius], [0.8]))
    }
    let best = SGDDynamics.best(smallest: 1, largest: 9)
    #expect(best.learningRate == 0.25 && best.momentum == 0.25)
    for curvature in [1.0, 3, 9] {
      let one = SGDDynamics(learningRate: best.learningRate, momentum: best.momentum, curvature: curvature)
      #expect(agree([one.radius], [0.5]), "\(one.radius)")
    }
    let halves = SGDDynamics(learningRate: 0.5, curvature: 1)
    #expect(halves.steps(toFactor: 0.125) == 3 && halves.steps(toFactor: 8) == .infinity)
    let doubles = SGDDynamics(learningRate: 0.5, curvature: -2)
    #expect(doubles.steps(toFactor: 8) == 3 && doubles.steps(toFactor: 0.5) == .infinity)
    #expect(SGDDynamics(learningRate: 1, curvature: 1).steps(toFactor: 0.01) == 0)
    #expect(SGDDynamics(learningRate: 1, curvature: 2).steps(toFactor: 0.01) == .infinity)
  }

  @Test func weightsOfThePast() {
    #expect(SGDDynamics.weights(momentum: 0.5, count: 4) == [1, 0.5, 0.25, 0.125])
    #expect(SGDDynamics.weights(momentum: 0, count: 3) == [1, 0, 0])
    for (momentum, sum) in [(0.95, 20.0), (0.9, 10), (0.6, 2.5), (0, 1)] {
      #expect(agree([SGDDynamics.weightSum(momentum: momentum)], [sum]))
      let all = SGDDynamics.weights(momentum: momentum, count: 1000).reduce(0, +)
      #expect(agree([all], [sum], 1e-10))
    }
  }
}
