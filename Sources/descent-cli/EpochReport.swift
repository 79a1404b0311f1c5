import ArgumentParser
import Descent
import Foundation

/// How results are printed.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// Prints each epoch: a row of a table, or a JSON object.
final class EpochReport: TrainingCallback {
  private let format: LogFormat

  init(_ format: LogFormat) { self.format = format }

  func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard format == .text else { return }
    // In 40 columns, so that it fits a narrow terminal.
    try print("epoch train loss test loss accuracy secs")
    for record in trainer.history.epochs { try show(record) }
  }

  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) { try show(record) }

  /// In four columns.
  private static func seconds(_ value: Double) -> String {
    String(format: value < 9.995 ? "%4.2f" : value < 99.95 ? "%4.1f" : "%4.0f", value)
  }

  private func show(_ record: EpochRecord) throws(DescentError) {
    let (loss, accuracy) = (record.testLoss ?? .nan, record.testAccuracy ?? .nan)
    switch format {
    case .text:
      try print(
        String(
          format: "%5d %10.4f %9.4f %7.2f%% ", record.epoch, record.trainLoss, loss.shown,
          (accuracy * 100).shown) + Self.seconds(record.seconds))
    case .json:
      try print(
        #"{"epoch":\#(record.epoch),"train_loss":\#(record.trainLoss.json),"test_loss":\#(loss.json),"test_accuracy":\#(accuracy.json),"seconds":\#(record.seconds.json)}"#
      )
    }
  }
}

extension Double {
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
