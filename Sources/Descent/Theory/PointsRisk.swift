/// A convex risk whose bounds are known, for SGD to be watched on: the mean, over points p, of a loss of w and p.
///
///     let risk = try PointsRisk(points, .distance)          // |w - p|: gradients are never longer than 1
///     let bound = SGDBound(distance: 2, gradient: 1)
///     let run = try risk.run(from: start, rates: bound.unknownHorizon(steps: 100), generator: generator)
public struct PointsRisk: Objective {
  /// A point's loss.
  public enum Loss: Sendable, Equatable {
    /// |w - p|: convex. The risk is least at the points' geometric median.
    case distance
    /// curvature |w - p|^2 / 2: strongly convex. The risk is least at the points' mean.
    case square(curvature: Double)
  }

  /// The points.
  public let points: [[Double]]
  /// The loss of each.
  public let loss: Loss

  /// The risk over these points.
  ///
  /// - Throws: `DescentError` for no points, for points of unequal or no coordinates or that are not finite, and for a
  ///   curvature that is not above 0.
  public init(_ points: [[Double]], _ loss: Loss) throws(DescentError) {
    guard let first = points.first, !first.isEmpty, points.allSatisfy({ $0.count == first.count }),
      points.joined().allSatisfy({ $0.isFinite })
    else {
      throw DescentError(
        .invalidArgument, "a risk needs points, each of as many finite coordinates as the others")
    }
    if case .square(let curvature) = loss, !(curvature > 0 && curvature.isFinite) {
      throw DescentError(.invalidArgument, "the loss's curvature is \(curvature.short), must be above 0")
    }
    (self.points, self.loss) = (points, loss)
  }

  /// Points drawn from the normal distribution around 0 with standard deviation 1 along each axis.
  public init(normal count: Int, dimensions: Int, _ loss: Loss, generator: Generator) throws(DescentError) {
    let numbers = Tensor.randn([count, dimensions], dtype: .float64, generator: generator).doubles
    try self.init(
      (0..<count).map { Array(numbers[$0 * dimensions..<($0 + 1) * dimensions]) }, loss)
  }

  /// What it is, and of how many points.
  public var description: String {
    switch loss {
    case .distance: "mean distance from \(points.count) points"
    case .square(let curvature): "mean of \(curvature.short) |w - p|^2 / 2 over \(points.count) points"
    }
  }

  /// The risk at x.
  public func callAsFunction(_ x: Tensor) -> Tensor { meanLoss(x, points) }

  private func meanLoss(_ x: Tensor, _ points: [[Double]]) -> Tensor {
    let away: Tensor =
      x - Tensor(points.flatMap { $0 }, shape: [points.count, points[0].count], dtype: x.dtype)
    switch loss {
    case .distance: return away.norm(dims: [1]).mean()
    case .square(let curvature): return away.square().sum(dims: [1]).mean() * (curvature / 2)
    }
  }

  /// Where the risk is least, by Newton's method.
  public func minimizer() throws(DescentError) -> [Double] {
    let middle = points[0].indices.map { axis in
      points.map { $0[axis] }.reduce(0, +) / Double(points.count)
    }
    return try Newton.minimize(startingAt: middle) { self($0) }.x
  }

  /// The longest gradient that SGD meets where it never leaves the points' convex hull: L in `SGDBound`.
  public func longestGradient() -> Double {
    guard case .square(let curvature) = loss else { return 1 }
    // A hull is as wide as the two points in it that lie farthest apart.
    var widest = 0.0
    for (index, a) in points.enumerated() {
      for b in points[..<index] { widest = max(widest, distance(a, b)) }
    }
    return curvature * widest
  }

  // MARK: SGD

  /// What a run of SGD went through.
  public struct Run: Sendable {
    /// The points from which the steps started.
    public fileprivate(set) var points: [[Double]] = []
    /// What each of them weighs in the averages.
    public fileprivate(set) var weights: [Double] = []
    /// The weighted averages of the first 1, 2, ... points.
    public fileprivate(set) var averages: [[Double]] = []
  }

  /// Runs SGD: each step goes by the gradient of one point's loss, which is drawn with replacement.
  ///
  /// - Parameters:
  ///   - rates: each step's learning rate, above 0.
  ///   - isWeighted: whether points weigh as much as the learning rates of the steps that start there; else all the same.
  ///   - generator: what points are drawn from.
  /// - Throws: `DescentError` for a learning rate that SGD refuses.
  public func run(
    from start: [Double], rates: [Double], isWeighted: Bool = true, generator: Generator
  ) throws(DescentError) -> Run {
    demand(start.count == points[0].count, "a start of \(start.count) numbers, points of \(points[0].count)")
    var (run, sum, total) = (Run(), start.map { _ in 0.0 }, 0.0)
    guard let first = rates.first else { return run }
    let w = Parameter(Tensor(start, dtype: .float64))
    let optimizer = try Optimizer([w], SGD(learningRate: first))
    let order = try RandomSampler(replacement: true, samples: rates.count)
      .order(of: points.count, epoch: 0, generator: generator)
    for (rate, index) in zip(rates, order) {
      run.points.append(w.doubles)
      run.weights.append(isWeighted ? rate : 1)
      total += run.weights.last!
      sum = zip(sum, run.points.last!).map { $0 + run.weights.last! * $1 }
      run.averages.append(sum.map { $0 / total })
      try optimizer.setOptions(["lr": rate])
      optimizer.zeroGrad()
      meanLoss(w, [points[index]]).backward()
      try optimizer.step()
    }
    return run
  }

  /// The weighted mean of the risks at a run's points, which by Jensen's inequality is at least the risk at their average.
  public func meanRisk(of run: Run) -> Double {
    let risks = zip(values(at: run.points), run.weights).map { $0 * $1 }
    return risks.reduce(0, +) / run.weights.reduce(0, +)
  }
}
