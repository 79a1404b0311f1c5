import ArgumentParser
import Descent
import Foundation

/// How results are printed.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// Prints each epoch: a row of a table, or a JSON object.
final class EpochReport: KeepsSteppedWeights {
  private let format: LogFormat
  private var metrics: [String] = []

  init(_ format: LogFormat) { self.format = format }

  func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    metrics = trainer.metrics.map(\.name)
    guard format == .text else { return }
    // With one metric in 40 columns, so that it fits a narrow terminal.
    let names = metrics.map { $0.aligned(to: width($0)) + " " }.joined()
    try print("epoch      loss validation \(names)secs")
    for record in trainer.history.epochs { try show(record, trainer.history) }
  }

  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    try show(record, trainer.history)
  }

  /// In four columns.
  private static func seconds(_ value: Double) -> String {
    String(format: value < 9.995 ? "%4.2f" : value < 99.95 ? "%4.1f" : "%4.0f", value)
  }

  private func width(_ metric: String) -> Int { max(8, metric.count) }

  private func show(_ record: EpochRecord, _ history: History) throws(DescentError) {
    guard format == .text else { return try print(history.json(record)) }
    let values = metrics.map { metric in
      let value = record["validation_\(metric)"] ?? .nan
      return value.text(of: metric).aligned(to: width(metric)) + " "
    }
    try print(
      String(
        format: "%5d %9.4f %10.4f ", record.epoch, record.trainLoss.shown,
        (record.validationLoss ?? .nan).shown)
        + values.joined() + Self.seconds(record.seconds))
  }
}

extension Double {
  /// As the value of a metric: shares that are right in percent.
  func text(of metric: String, beforePercent space: String = "") -> String {
    if metric.hasSuffix("accuracy") { return String(format: "%.2f\(space)%%", (self * 100).shown) }
    // In a target's own units it may be of any size.
    return String(format: abs(self) < 1000 ? "%.4f" : "%.6g", shown)
  }

  /// Without the sign of a NaN, which means nothing.
  var shown: Double { isNaN ? .nan : self }

  /// As people type it: 0 for 0.0.
  var short: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The number in JSON, which has no NaN and no infinity: null.
  var json: String { isFinite ? "\(self)" : "null" }
}
