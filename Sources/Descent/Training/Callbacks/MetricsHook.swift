/// Gives a run's numbers to a closure: for a server that shows them, a data base, a window.
///
///     MetricsHook(every: 50) { step, numbers in gauge.set(numbers["train_loss"] ?? .nan) }
///
/// During an epoch the numbers are "loss" (the batch's), "train_loss" and the metrics of the epoch so far, "learning_rate"
/// and "samples_per_second"; after it those of `History.columns`.
public final class MetricsHook: KeepsSteppedWeights {
  private let interval: Int
  private let receive: (_ step: Int, _ numbers: [String: Double]) -> Void

  /// A hook that is called every so many batches, and after every epoch.
  public init(
    every batches: Int = 100, _ receive: @escaping (_ step: Int, _ numbers: [String: Double]) -> Void
  ) {
    demand(batches >= 1, "MetricsHook: every \(batches) batches, must be at least 1")
    (interval, self.receive) = (batches, receive)
  }

  /// Gives what there is during an epoch.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    guard progress.batch % interval == 0 else { return }
    var numbers = [
      "loss": progress.loss, "train_loss": progress.meanLoss, "learning_rate": trainer.learningRate,
      "samples_per_second": progress.rate, "epoch": Double(progress.epoch),
    ]
    for (name, value) in trainer.runningMetrics { numbers[EpochRecord.training + name] = value }
    receive(trainer.steps, numbers)
  }

  /// Gives the epoch's.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    let numbers = trainer.history.columns.compactMap { column in record[column].map { (column, $0) } }
    receive(trainer.steps, Dictionary(numbers) { $1 })
  }
}
