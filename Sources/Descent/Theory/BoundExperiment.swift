/// The three ways to choose SGD's learning rates that its convergence proof treats, each bound beside runs.
public struct BoundExperiment: Sendable {
  /// How learning rates are chosen.
  public enum Rates: String, Sendable, CaseIterable {
    /// r / (L sqrt(T)) throughout, by how many steps there will be.
    case knownHorizon = "known horizon"
    /// r / (L sqrt(t))
    case unknownHorizon = "unknown horizon"
    /// 1 / (lambda t), for losses that are curved by at least lambda.
    case stronglyConvex = "strongly convex"
  }

  /// What was expected and seen after so many steps.
  public struct Row: Sendable {
    /// T
    public let steps: Int
    /// The bound of E[R(average)] - R*.
    public let bound: Double
    /// R(average) - R* of each run.
    public let excesses: [Double]

    /// Their mean.
    public var mean: Double { excesses.reduce(0, +) / Double(excesses.count) }

    /// The share of runs that end at least `factor` times the mean above the least risk: at most 1 / factor, by Markov's
    /// inequality.
    public func share(above factor: Double) -> Double {
      Double(excesses.count { $0 >= factor * mean }) / Double(excesses.count)
    }
  }

  /// The choice.
  public let rates: Rates
  /// r, and L.
  public let distance: Double, gradient: Double
  /// The rows, by steps.
  public let rows: [Row]
  /// The mean over the longest runs of the risk at their points, above the least, weighed as the average's points are.
  public let meanExcess: Double

  /// Runs SGD on `points` many points around 0: for strongly convex losses on half the squared distance from them, else on
  /// the distance.
  ///
  /// - Parameters:
  ///   - points: at least 3, of at least 2 dimensions: else the mean distance has no derivative where it is least.
  ///   - steps: after which steps rows are made, rising.
  ///   - repeats: how many runs there are, each with other draws.
  public init(
    _ rates: Rates, points: Int, dimensions: Int, steps: [Int], repeats: Int, seed: UInt64
  ) throws(DescentError) {
    demand(
      points >= 3 && dimensions >= 2 && repeats >= 1 && steps.first ?? 0 >= 1 && steps == steps.sorted(),
      "\(repeats) runs of \(steps) steps on \(points) points of \(dimensions) coordinates")
    let isStrong = rates == .stronglyConvex
    let generator = Generator(seed: seed)
    let risk = try PointsRisk(
      normal: points, dimensions: dimensions, isStrong ? .square(curvature: 1) : .distance,
      generator: generator)
    let minimizer = try risk.minimizer()
    let least = risk.value(at: minimizer)
    // A point of the hull, which steps on squares then never leave; from elsewhere gradients of distances are as long.
    let start = isStrong ? risk.points[0] : minimizer.map { $0 + 2 / Double(dimensions).squareRoot() }
    let away = Descent.distance(start, minimizer)
    let bound = SGDBound(distance: max(away, .leastNormalMagnitude), gradient: risk.longestGradient())

    func run(_ rates: [Double]) throws(DescentError) -> PointsRisk.Run {
      try risk.run(from: start, rates: rates, isWeighted: !isStrong, generator: generator)
    }
    func excesses(_ runs: [PointsRisk.Run], _ steps: Int) -> [Double] {
      risk.values(at: runs.map { $0.averages[steps - 1] }).map { $0 - least }
    }
    func runs(_ rates: [Double]) throws(DescentError) -> [PointsRisk.Run] {
      var runs: [PointsRisk.Run] = []
      for _ in 0..<repeats { runs.append(try run(rates)) }
      return runs
    }

    var (rows, longest) = ([Row](), [PointsRisk.Run]())
    let most = steps[steps.count - 1]
    switch rates {
    case .knownHorizon:
      for count in steps {
        let chosen = bound.knownHorizon(steps: count)
        longest = try runs(chosen)
        rows.append(Row(steps: count, bound: bound.excess(rates: chosen), excesses: excesses(longest, count)))
      }
    case .unknownHorizon:
      let chosen = bound.unknownHorizon(steps: most)
      longest = try runs(chosen)
      rows = steps.map {
        Row(
          steps: $0, bound: bound.excess(rates: Array(chosen.prefix($0))), excesses: excesses(longest, $0))
      }
    case .stronglyConvex:
      longest = try runs(SGDBound.stronglyConvex(curvature: 1, steps: most))
      rows = steps.map {
        let expected = SGDBound.stronglyConvexExcess(gradient: bound.gradient, curvature: 1, steps: $0)
        return Row(steps: $0, bound: expected, excesses: excesses(longest, $0))
      }
    }
    self.rates = rates
    (distance, gradient, self.rows) = (bound.distance, bound.gradient, rows)
    meanExcess = longest.map { risk.meanRisk(of: $0) - least }.reduce(0, +) / Double(repeats)
  }
}
