/// Where a training run stands after a batch.
public struct TrainingProgress: Sendable {
  /// The epoch, from 1, and how many are to be.
  public let epoch: Int, epochs: Int
  /// Batches done in this epoch, and how many there are; nil where that is not known.
  public let batch: Int, batches: Int?
  /// Samples done in this epoch, and how many there are; nil where that is not known.
  public let samples: Int, samplesInEpoch: Int?
  /// The batch's loss.
  public let loss: Double
  /// The mean loss of the epoch so far.
  public let meanLoss: Double
  /// Seconds spent on the epoch so far, by this process.
  public let seconds: Double
  /// Samples a second.
  public let rate: Double

  /// A state made of these.
  public init(
    epoch: Int, epochs: Int, batch: Int, batches: Int?, samples: Int, samplesInEpoch: Int?, loss: Double,
    meanLoss: Double, seconds: Double, rate: Double
  ) {
    (self.epoch, self.epochs, self.batch, self.batches) = (epoch, epochs, batch, batches)
    (self.samples, self.samplesInEpoch) = (samples, samplesInEpoch)
    (self.loss, self.meanLoss, self.seconds, self.rate) = (loss, meanLoss, seconds, rate)
  }
}

/// Watches a training run, and may end it. All methods have defaults that do nothing.
public protocol TrainingCallback: AnyObject {
  /// Before the first batch.
  func trainingWillBegin(_ trainer: Trainer) throws(DescentError)
  /// After each step.
  func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError)
  /// After each epoch and its evaluation; the record is already in `trainer.history`.
  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError)
  /// After a run that `stop()` ended, in the midst of an epoch or not.
  func trainingDidStop(_ trainer: Trainer) throws(DescentError)
  /// At the end, also of a run that was stopped or failed; `error` says why it failed.
  func trainingDidEnd(_ trainer: Trainer, error: DescentError?)
}

extension TrainingCallback {
  /// Before the first batch.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {}
  /// After each step.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {}
  /// After each epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {}
  /// After a run that was stopped.
  public func trainingDidStop(_ trainer: Trainer) throws(DescentError) {}
  /// At the end.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {}
}
