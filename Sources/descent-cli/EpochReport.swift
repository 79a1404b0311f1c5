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
    try print("epoch  train loss   test loss   accuracy   seconds")
    for record in trainer.history.epochs { try show(record) }
  }

  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) { try show(record) }

  private func show(_ record: EpochRecord) throws(DescentError) {
    let (loss, accuracy) = (record.testLoss ?? .nan, record.testAccuracy ?? .nan)
    switch format {
    case .text:
      try print(
        String(
          format: "%5d  %10.4f  %10.4f  %8.2f %%  %8.2f", record.epoch, record.trainLoss, loss.shown,
          (accuracy * 100).shown, record.seconds))
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

  /// The number in JSON, which has no NaN and no infinity: null.
  var json: String { isFinite ? "\(self)" : "null" }
}
