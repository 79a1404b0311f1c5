import CDescent

/// The coefficient of determination, 1 - Σ (y - x)² / Σ (y - mean y)²: 1 is exact, 0 as good as the targets' mean.
public struct RSquared: Metric {
  /// "r2".
  public let name = "r2"
  /// It is.
  public let isBetterHigher = true
  private var total = dsc_r_squared()

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    require(dsc_r_squared_add(prediction.handle, targets.handle, &total))
  }

  /// The coefficient; NaN of no samples, -infinity or NaN of targets that are all the same.
  public var value: Double { withUnsafePointer(to: total) { dsc_r_squared_value($0) } }

  /// Forgets all batches.
  public mutating func reset() { self = RSquared() }

  /// The targets' count, mean and spread, and the residuals' squares.
  public var sums: [Double] { [total.count, total.mean, total.spread, total.residual] }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool {
    guard sums.count == 4, Self.areCounts([sums[0]]) else { return false }
    total = dsc_r_squared(count: sums[0], mean: sums[1], spread: sums[2], residual: sums[3])
    return true
  }
}
