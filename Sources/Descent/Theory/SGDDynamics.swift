import Numerics

/// SGD with momentum on lambda x^2 / 2, along one eigenvector of a quadratic: a step is a matrix.
///
/// With the velocity v' = beta v + lambda x and x' = x - eta v', (v', x') = R (v, x) where
///
///     R(beta, eta, lambda) = [[beta, lambda], [-eta beta, 1 - eta lambda]]
///
/// R's eigenvalues say how fast it goes: without momentum they are 0 and 1 - eta lambda. Zhang, Lipton, Li and Smola, Dive
/// into Deep Learning, "Momentum"; Goh, Why Momentum Really Works, Distill 2017.
public struct SGDDynamics: Sendable {
  /// eta
  public let learningRate: Double
  /// beta
  public let momentum: Double
  /// lambda: the eigenvalue, negative along a saddle's way out.
  public let curvature: Double

  /// The steps of these options.
  public init(learningRate: Double, momentum: Double = 0, curvature: Double) {
    (self.learningRate, self.momentum, self.curvature) = (learningRate, momentum, curvature)
  }

  /// The steps that an optimizer's rule makes; nil where that is not `SGD`, or has other options than the learning rate and
  /// momentum.
  public init?(_ rule: any OptimizerRule, curvature: Double) {
    guard rule.ruleName == "sgd", let table = RuleTable.rule("sgd") else { return nil }
    let values = table.options.map { (option: $0, value: rule.options[$0.name] ?? $0.initial) }
    let own = ["lr", "momentum"].map { name in values.first { $0.option.name == name }?.value ?? 0 }
    for (option, value) in values where !["lr", "momentum"].contains(option.name) {
      guard value == option.initial else { return nil }
    }
    self.init(learningRate: own[0], momentum: own[1], curvature: curvature)
  }

  /// An eigenvalue of `matrix`.
  public typealias Eigenvalue = Complex<Double>

  // MARK: The matrix

  /// R, row by row.
  public var matrix: [[Double]] {
    [[momentum, curvature], [-learningRate * momentum, 1 - learningRate * curvature]]
  }

  /// R's eigenvalues, the larger in absolute value first.
  public var eigenvalues: [Eigenvalue] {
    let half = (1 + momentum - learningRate * curvature) / 2
    // The determinant is beta.
    let inside = half * half - momentum
    guard inside >= 0 else { return [1, -1].map { Complex(half, $0 * (-inside).squareRoot()) } }
    let large = half + (half < 0 ? -1 : 1) * inside.squareRoot()
    // By the determinant: a difference would lose the digits of the small one.
    return [Complex(large), Complex(large == 0 ? 0 : momentum / large)]
  }

  /// The absolute value of the largest eigenvalue: by which x shrinks each step in the long run.
  public var radius: Double {
    let largest = eigenvalues[0]
    // Of a pair both have the determinant's square root.
    return largest.imaginary == 0 ? abs(largest.real) : momentum.squareRoot()
  }

  /// The range of eta lambda in which steps converge: 0 < eta lambda < 2 + 2 beta.
  public static func convergence(momentum: Double) -> Range<Double> { 0..<2 + 2 * momentum }

  /// Whether x goes to 0 from any start.
  public var converges: Bool {
    let product = learningRate * curvature
    return product > 0 && product < 2 + 2 * momentum && momentum < 1
  }

  /// Whether x swings from one side to the other.
  public var oscillates: Bool { eigenvalues[0].imaginary != 0 || eigenvalues[0].real < 0 }

  // MARK: Steps

  /// x after 0, 1, ... `steps` steps, from rest.
  public func positions(from start: Double, steps: Int) -> [Double] {
    demand(steps >= 0, "the positions of \(steps) steps")
    var (velocity, x) = (0.0, start)
    return [start]
      + (0..<steps).map { _ in
        velocity = momentum * velocity + curvature * x
        x -= learningRate * velocity
        return x
      }
  }

  /// x after so many steps, from rest.
  public func position(from start: Double, after steps: Int) -> Double {
    positions(from: start, steps: steps)[steps]
  }

  /// The steps after which x has become `factor` of what it was, in the long run: ln(factor) / ln(radius). Infinite where it
  /// goes the other way.
  public func steps(toFactor factor: Double) -> Double {
    let steps = Double.log(factor) / Double.log(radius)
    return steps >= 0 ? steps : .infinity
  }

  // MARK: The best options

  /// The learning rate of gradient descent that brings all eigenvalues from `smallest` to `largest` down fastest:
  /// 2 / (smallest + largest), with the radius (condition - 1) / (condition + 1).
  public static func bestLearningRate(smallest: Double, largest: Double) -> Double {
    2 / (smallest + largest)
  }

  /// The same with momentum: beta = ((sqrt(condition) - 1) / (sqrt(condition) + 1))^2, whose square root is the radius, and
  /// eta = (2 / (sqrt(smallest) + sqrt(largest)))^2. Polyak 1964.
  public static func best(smallest: Double, largest: Double) -> (learningRate: Double, momentum: Double) {
    let (low, high) = (smallest.squareRoot(), largest.squareRoot())
    let (rate, radius) = (2 / (low + high), (high - low) / (high + low))
    return (rate * rate, radius * radius)
  }

  // MARK: Weights of the past

  /// What the gradients of 0, 1, 2, ... steps ago weigh in the velocity: beta^tau.
  public static func weights(momentum: Double, count: Int) -> [Double] {
    (0..<count).map { Double.pow(momentum, $0) }
  }

  /// The sum of them all, 1 / (1 - beta): how many gradients a step is made of.
  public static func weightSum(momentum: Double) -> Double { 1 / (1 - momentum) }
}
