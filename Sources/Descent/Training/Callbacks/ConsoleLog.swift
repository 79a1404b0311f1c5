import Logging

/// Tells a logger of swift-log how a run goes: its start, each epoch, why it stopped or failed.
public final class ConsoleLog: KeepsSteppedWeights {
  private let logger: Logger

  /// A log to a logger; by default one named "descent.training", which writes where the program's `LoggingSystem` says,
  /// and otherwise to standard error.
  public init(_ logger: Logger = Logger(label: "descent.training")) { self.logger = logger }

  /// Says where the run stands.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    logger.info(
      "training begins",
      metadata: [
        "parameters": "\(trainer.model.parameterCount)",
        "optimizer": "\(trainer.optimizer.rules[0].ruleName)",
        "epochs_done": "\(trainer.completedEpochs)",
      ])
  }

  /// Gives the epoch's numbers.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    var metadata: Logger.Metadata = [:]
    for column in trainer.history.columns where column != "epoch" {
      if let value = record[column] { metadata[column] = "\(value)" }
    }
    logger.info("epoch \(record.epoch)", metadata: metadata)
  }

  /// Says what was wrong with a batch; what is done about it is others' business.
  public func batchDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    logger.warning("\(error)")
    return false
  }

  /// Says how it ended.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    if let error {
      logger.error("training failed: \(error)")
    } else {
      logger.info("training ends\(trainer.stopReason.map { ": \($0)" } ?? "")")
    }
  }
}
