/// Newton's method for small, smooth problems: w - H⁻¹ g with the exact Hessian, and quadratic convergence.
///
///     let result = try Newton.minimize(startingAt: [-1.2, 1]) { x in
///       let (a, b) = (x[rows: 0..<1], x[rows: 1..<2])
///       return ((1 - a).pow(2) + 100 * (b - a * a).pow(2)).sum()
///     }
///     print(result)
public enum Newton {
  /// Minimizes a function of tensors; gradient and Hessian come from automatic differentiation.
  ///
  /// - Parameters:
  ///   - start: where to begin.
  ///   - bounds: of x; a start beyond them is moved to them.
  ///   - options: the method, and when to stop.
  ///   - progress: sees every iteration; true ends the run.
  ///   - function: from a float64 vector of the start's length to a scalar.
  /// - Throws: `DescentError` for an empty start or one that is not finite, bounds of another length or in the wrong
  ///   order, options out of range, a function whose result is no scalar; what the function throws.
  public static func minimize(
    startingAt start: [Double], bounds: NewtonBounds? = nil, options: NewtonOptions = NewtonOptions(),
    progress: ((NewtonResult.Iterate) -> Bool)? = nil,
    _ function: (Tensor) throws(DescentError) -> Tensor
  ) throws(DescentError) -> NewtonResult {
    if let bounds, bounds.lower.count != start.count || bounds.upper.count != start.count {
      throw DescentError(
        .invalidArgument,
        "\(bounds.lower.count) lower and \(bounds.upper.count) upper bounds for \(start.count) elements")
    }
    var (result, failure): (NewtonResult?, DescentError?) = (nil, nil)
    withoutActuallyEscaping(function) { function in
      let objective = NewtonObjective(
        count: start.count, place: { [Tensor(Array($0)).asLeaf()] },
        visit: { leaves, body throws(DescentError) in try body(try function(leaves[0])) })
      do throws(DescentError) {
        result = try minimize(objective, start, bounds, options, progress)
      } catch { failure = error }
    }
    if let failure { throw failure }
    return result!
  }

  /// Goes on with a minimization: from where a result ended, with its trust region.
  public static func minimize(
    continuing result: NewtonResult, bounds: NewtonBounds? = nil, options: NewtonOptions = NewtonOptions(),
    progress: ((NewtonResult.Iterate) -> Bool)? = nil,
    _ function: (Tensor) throws(DescentError) -> Tensor
  ) throws(DescentError) -> NewtonResult {
    try minimize(
      continuing: result.stateDict, bounds: bounds, options: options, progress: progress, function)
  }

  /// Goes on with a minimization whose `stateDict` was saved.
  ///
  /// - Throws: as `minimize(startingAt:)`, and for a state that is none.
  public static func minimize(
    continuing state: [String: Tensor], bounds: NewtonBounds? = nil,
    options: NewtonOptions = NewtonOptions(), progress: ((NewtonResult.Iterate) -> Bool)? = nil,
    _ function: (Tensor) throws(DescentError) -> Tensor
  ) throws(DescentError) -> NewtonResult {
    guard let x = state["x"], let radius = state["radius"], x.dtype == .float64, radius.count == 1 else {
      throw DescentError(.mismatch, "a minimization's state has x, float64, and radius, one number")
    }
    var options = options
    options.radius = options.radius ?? radius.item()
    return try minimize(
      startingAt: x.doubles, bounds: bounds, options: options, progress: progress, function)
  }

  static func minimize(
    _ objective: NewtonObjective, _ start: [Double], _ bounds: NewtonBounds?, _ options: NewtonOptions,
    _ progress: ((NewtonResult.Iterate) -> Bool)?
  ) throws(DescentError) -> NewtonResult {
    var (result, failure): (NewtonResult?, DescentError?) = (nil, nil)
    withoutActuallyEscaping(progress ?? { _ in false }) { progress in
      let run = NewtonRun(objective, bounds, progress)
      do throws(DescentError) { result = try run.minimize(from: start, options) } catch { failure = error }
    }
    if let failure { throw failure }
    return result!
  }
}

/// A box that x stays in.
public struct NewtonBounds: Sendable {
  /// The least of each element; -infinity: none.
  public var lower: [Double]
  /// The largest of each element; infinity: none.
  public var upper: [Double]

  /// A box between these.
  public init(lower: [Double], upper: [Double]) { (self.lower, self.upper) = (lower, upper) }

  /// A range for every element.
  public init(_ ranges: [ClosedRange<Double>]) {
    self.init(lower: ranges.map(\.lowerBound), upper: ranges.map(\.upperBound))
  }
}
