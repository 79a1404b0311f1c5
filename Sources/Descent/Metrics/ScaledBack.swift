/// A metric in the targets' own units, of a model that is trained on scaled targets.
public struct ScaledBack: Metric {
  private var metric: any Metric
  private let scaler: Scaler

  /// The metric of predictions and targets that `scaler` has scaled.
  public init(_ metric: any Metric, by scaler: Scaler) { (self.metric, self.scaler) = (metric, scaler) }

  /// The metric's name.
  public var name: String { metric.name }
  /// As the metric has it.
  public var isBetterHigher: Bool { metric.isBetterHigher }

  /// Takes a batch in, scaled back in float64.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    func original(_ scaled: Tensor) -> Tensor { scaler.inverseTransform(scaled.detached().to(.float64)) }
    metric.update(original(prediction), original(targets))
  }

  /// The metric's value.
  public var value: Double { metric.value }

  /// Forgets all batches.
  public mutating func reset() { metric.reset() }

  /// The metric's sums.
  public var sums: [Double] { metric.sums }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { metric.load(sums) }
}
