import Descent
import Testing

/// The convergence proof's bounds, and runs within them.
@Suite struct SGDBoundTests {
  @Test func bounds() {
    let bound = SGDBound(distance: 2, gradient: 3)
    for expected in TheoryFixture.load().bounds {
      let known = bound.knownHorizon(steps: expected.steps)
      #expect(agree([bound.excess(rates: known)], [expected.known]))
      // r L / sqrt(T)
      #expect(agree([expected.known], [6 / Double(expected.steps).squareRoot()]))
      #expect(agree([bound.excess(rates: bound.unknownHorizon(steps: expected.steps))], [expected.unknown]))
      let strong = SGDBound.stronglyConvexExcess(gradient: 3, curvature: 0.5, steps: expected.steps)
      #expect(agree([strong], [expected.strong]))
      // No constant rate has a lower bound.
      for factor in [0.5, 0.9, 1.1, 2] {
        #expect(bound.excess(rates: known.map { $0 * factor }) > expected.known)
      }
    }
    #expect(SGDBound.stronglyConvex(curvature: 2, steps: 3) == [0.5, 0.25, 1.0 / 6])
    #expect(bound.unknownHorizon(steps: 0) == [] && bound.knownHorizon(steps: 0) == [])
    #expect(SGDBound.probability(of: 4, bound: 1) == 0.25 && SGDBound.probability(of: 1, bound: 4) == 1)
  }

  @Test(arguments: BoundExperiment.Rates.allCases) func runsStayWithin(_ rates: BoundExperiment.Rates) throws
  {
    let experiment = try BoundExperiment(
      rates, points: 20, dimensions: 3, steps: [1, 10, 60], repeats: 8, seed: 5)
    #expect(experiment.rows.map(\.steps) == [1, 10, 60])
    for row in experiment.rows {
      #expect(row.excesses.count == 8 && row.excesses.allSatisfy { $0 > -1e-12 })
      #expect(row.mean <= row.bound, "\(rates), \(row)")
      for factor in [1.5, 2, 4] { #expect(row.share(above: factor) <= 1 / factor) }
    }
    // Jensen's inequality
    #expect(experiment.rows.last!.mean <= experiment.meanExcess)
    #expect(experiment.rows.last!.mean < experiment.rows[0].mean)
    let again = try BoundExperiment(
      rates, points: 20, dimensions: 3, steps: [1, 10, 60], repeats: 8, seed: 5)
    #expect(again.rows.map(\.excesses) == experiment.rows.map(\.excesses))
  }

  @Test func risks() throws {
    let square = try PointsRisk([[0, 0], [2, 0], [1, 3]], .square(curvature: 2))
    #expect(
      agree(try square.minimizer(), [1, 1], 1e-9) && agree([square.value(at: [1, 1])], [(2 + 2 + 4) / 3.0]))
    #expect(agree([square.longestGradient()], [2 * 10.0.squareRoot()]))
    // In a triangle without an angle of 120 degrees or more, all points are seen at 120 degrees from the median.
    let distance = try PointsRisk([[0, 0], [2, 0], [1, 3]], .distance)
    let median = try distance.minimizer()
    #expect(abs(median[0] - 1) < 1e-7 && abs(median[1] - 1 / 3.0.squareRoot()) < 1e-7, "\(median)")
    #expect(distance.longestGradient() == 1)
    #expect("\(distance)" == "mean distance from 3 points")
  }

  /// With the rates 1 / (lambda t) on squares each point is the mean of those drawn so far.
  @Test func averagesOfRuns() throws {
    let risk = try PointsRisk([[0], [1], [5]], .square(curvature: 1))
    let order = try RandomSampler(replacement: true, samples: 5).order(
      of: 3, epoch: 0, generator: Generator(seed: 9))
    let run = try risk.run(
      from: [2], rates: SGDBound.stronglyConvex(curvature: 1, steps: 5), isWeighted: false,
      generator: Generator(seed: 9))
    let drawn = order.map { [0.0, 1, 5][$0] }
    let means = [2] + (1...4).map { drawn.prefix($0).reduce(0, +) / Double($0) }
    #expect(agree(run.points.map { $0[0] }, means))
    #expect(agree(run.averages.map { $0[0] }, (1...5).map { means.prefix($0).reduce(0, +) / Double($0) }))
    let weighted = try risk.run(from: [2], rates: [1, 0.5], generator: Generator(seed: 9))
    #expect(agree([weighted.averages[1][0]], [(2 + 0.5 * drawn[0]) / 1.5]))
    #expect(try risk.run(from: [2], rates: [], generator: Generator(seed: 9)).points.isEmpty)
  }

  @Test func mistakesAreNamed() {
    func sentence(_ points: [[Double]], _ loss: PointsRisk.Loss) -> String {
      do throws(DescentError) { _ = try PointsRisk(points, loss) } catch { return error.message }
      return ""
    }
    #expect(sentence([], .distance).contains("needs points") && sentence([[]], .distance).contains("points"))
    #expect(sentence([[1], [1, 2]], .distance).contains("as many"))
    #expect(sentence([[.infinity]], .distance).contains("finite"))
    #expect(sentence([[1]], .square(curvature: 0)).contains("curvature is 0"))
  }
}
