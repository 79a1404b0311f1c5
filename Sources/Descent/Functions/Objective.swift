/// A function of a few variables that can be minimized: a formula, a quadratic, a test function.
public protocol Objective: Sendable, CustomStringConvertible {
  /// The value at x, a vector of the variables: a scalar, recorded where x requires a gradient.
  func callAsFunction(_ x: Tensor) -> Tensor

  /// The values at many points, each with its variables; nothing is recorded.
  func values(at points: [[Double]]) -> [Double]
}

extension Objective {
  /// The values, one after the other.
  public func values(at points: [[Double]]) -> [Double] {
    noGrad { points.map { self(Tensor($0, dtype: .float64)).item() } }
  }

  /// The value at a point; nothing is recorded.
  public func value(at point: [Double]) -> Double { values(at: [point])[0] }
}

/// An objective that takes many points in one call, as the rows of a matrix: [..., n] gives [...].
public protocol BatchedObjective: Objective {}

extension BatchedObjective {
  /// The values, by one call.
  public func values(at points: [[Double]]) -> [Double] {
    guard let first = points.first else { return [] }
    let rows = Tensor(points.flatMap { $0 }, shape: [points.count, first.count], dtype: .float64)
    return noGrad { self(rows) }.doubles
  }
}
