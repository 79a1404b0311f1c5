import Numerics

/// How far from the least risk SGD's average can be expected to end, for convex losses.
///
/// For gradients no longer than L and a start at the distance r from the minimizer, the weighted average w of the points that
/// steps start from, each weighed by its learning rate, has
///
///     E[R(w)] - R* <= (r^2 + L^2 sum eta_t^2) / (2 sum eta_t)
///
/// The proof adds up what each step gains; Jensen's inequality, R(average) <= average of R, leads to w. Zhang, Lipton, Li and
/// Smola, Dive into Deep Learning, "Stochastic Gradient Descent"; after Nesterov and Vial 2000.
public struct SGDBound: Sendable {
  /// r
  public let distance: Double
  /// L
  public let gradient: Double

  /// The bounds for a start so far from the minimizer, and gradients no longer than this.
  public init(distance: Double, gradient: Double) {
    demand(distance > 0 && gradient > 0, "a bound for a distance of \(distance), gradients of \(gradient)")
    (self.distance, self.gradient) = (distance, gradient)
  }

  /// The bound after steps of these learning rates.
  public func excess(rates: [Double]) -> Double {
    let (sum, squares) = (rates.reduce(0, +), rates.reduce(0) { $0 + $1 * $1 })
    return (distance * distance + gradient * gradient * squares) / (2 * sum)
  }

  /// Known horizon: eta = r / (L sqrt(T)) throughout, which makes the bound r L / sqrt(T), the least of all.
  public func knownHorizon(steps: Int) -> [Double] {
    Array(repeating: distance / (gradient * Double(steps).squareRoot()), count: steps)
  }

  /// Unknown horizon: eta_t = r / (L sqrt(t)), good for any number of steps, with a bound of O(log(T) / sqrt(T)).
  public func unknownHorizon(steps: Int) -> [Double] {
    (1...max(1, steps)).prefix(steps).map { distance / (gradient * Double($0).squareRoot()) }
  }

  /// Losses curved by at least lambda: eta_t = 1 / (lambda t).
  public static func stronglyConvex(curvature: Double, steps: Int) -> [Double] {
    (1...max(1, steps)).prefix(steps).map { 1 / (curvature * Double($0)) }
  }

  /// The bound with those, on the points' plain average: L^2 (1 + 1/2 + ... + 1/T) / (2 lambda T), which is
  /// O(log(T) / T). Hazan, Rakhlin and Bartlett 2008.
  public static func stronglyConvexExcess(gradient: Double, curvature: Double, steps: Int) -> Double {
    let harmonic = (1...max(1, steps)).reduce(0) { $0 + 1 / Double($1) }
    return gradient * gradient * harmonic / (2 * curvature * Double(steps))
  }

  /// Markov's inequality: the probability that a single run ends `excess` or more above the least risk, of which `bound` is
  /// expected.
  public static func probability(of excess: Double, bound: Double) -> Double { min(1, bound / excess) }
}
