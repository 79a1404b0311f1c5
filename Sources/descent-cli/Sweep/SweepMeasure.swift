import ArgumentParser
import Descent

/// Which of a run's epochs speaks for it.
enum SweepEpoch: String, ExpressibleByArgument, CaseIterable {
  case last, best
}

/// What the runs of a sweep are compared by: a column of their histories.
struct SweepMeasure {
  let column: String
  let epoch: SweepEpoch
  private let metrics: [any Metric]
  private let monitor: Monitor

  /// - Parameter name: the column, or a metric, which means that of the validation; nil: the first metric, or the loss.
  /// - Parameter plan: rehearsed, so that metrics are known.
  /// - Throws: `DescentError` for what some run does not measure.
  init(_ name: String?, _ epoch: SweepEpoch, _ plan: SweepPlan) throws(DescentError) {
    var first: [any Metric] = []
    var column = name ?? ""
    for (index, run) in plan.runs.enumerated() {
      let metrics = try run.config.makeMetrics()
      if index == 0 {
        first = metrics
        let known = History.columns(metrics: metrics.map(\.name))
        let own = "validation_\(name ?? metrics.first?.name ?? "loss")"
        if name == nil || known.contains(own) { column = own }
      }
      let columns = Self.columns(metrics)
      try SweepPlan.naming(run.settings) { () throws(DescentError) in
        guard columns.contains(column) else { throw .unknown("column in --by", column, among: columns) }
      }
    }
    (self.column, self.epoch, metrics, monitor) = (column, epoch, first, Monitor(column))
  }

  /// The columns that say how good a run is, or how costly.
  private static func columns(_ metrics: [any Metric]) -> [String] {
    History.columns(metrics: metrics.map(\.name)).filter {
      !["epoch", "samples", "learning_rate"].contains($0)
    }
  }

  /// The columns that files have for each run.
  var columns: [String] { History.columns(metrics: metrics.map(\.name)) }

  func isBetter(_ value: Double, than other: Double) -> Bool {
    monitor.isBetter(value, than: other, among: metrics)
  }

  /// The epoch that speaks for a run; nil where it has none.
  func epoch(of history: History) -> EpochRecord? {
    guard epoch == .best else { return history.epochs.last }
    return history.epochs.reduce(nil) { best, record in
      isBetter(record[column] ?? .nan, than: best?[column] ?? .nan) ? record : best ?? record
    }
  }
}
