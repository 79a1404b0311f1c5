/// A number of each epoch that decides which epoch is the best: a column of the history, such as "validation_loss".
public struct Monitor: Sendable {
  /// Which numbers are better.
  public enum Mode: String, Sendable {
    /// Smaller ones for losses, and what the metric says for metrics.
    case automatic
    /// Smaller ones.
    case min
    /// Larger ones.
    case max
  }

  /// The column's name.
  public let name: String
  /// Which numbers are better.
  public let mode: Mode

  /// The numbers of a column of `History.columns`.
  public init(_ name: String = "validation_loss", _ mode: Mode = .automatic) {
    (self.name, self.mode) = (name, mode)
  }

  /// An epoch's number.
  ///
  /// - Throws: `DescentError` with the columns there are, if it is none of them.
  func value(of record: EpochRecord) throws(DescentError) -> Double {
    if let value = record[name] { return value }
    func part(_ prefix: String, _ metrics: [String: Double]) -> [String] {
      (["loss"] + metrics.keys.sorted()).map { prefix + $0 }
    }
    var known = part(EpochRecord.training, record.trainMetrics)
    if record.validationLoss != nil { known += part(EpochRecord.validation, record.validationMetrics) }
    throw .unknown("column of the history", name, among: known)
  }

  /// Whether a number is better than the best so far, which is NaN as long as there is none. NaN is never better.
  func isBetter(_ value: Double, than best: Double, by least: Double = 0, in trainer: Trainer) -> Bool {
    isBetter(value, than: best, by: least, among: trainer.metrics)
  }

  /// The same for epochs that were measured by these metrics.
  package func isBetter(
    _ value: Double, than best: Double, by least: Double = 0, among metrics: [any Metric]
  ) -> Bool {
    guard !value.isNaN else { return false }
    guard !best.isNaN else { return true }
    return isHigherBetter(among: metrics) ? value - best > least : best - value > least
  }

  /// Whether larger numbers are the better ones, where these metrics are measured.
  package func isHigherBetter(among metrics: [any Metric]) -> Bool {
    guard mode == .automatic else { return mode == .max }
    return metrics.contains { metric in
      metric.isBetterHigher
        && [EpochRecord.training, EpochRecord.validation].contains { $0 + metric.name == name }
    }
  }
}
