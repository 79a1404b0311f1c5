/// Saves a run's checkpoint and `history.csv` at its start, after every epoch and when it is stopped. A run that
/// fails keeps the last good one.
public final class CheckpointCallback: TrainingCallback {
  /// The folder that the files go to; it must exist.
  public let folder: String

  /// A callback that saves to a folder.
  public init(folder: String) { self.folder = folder }

  /// Saves the run's start, so that there always is a good checkpoint.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) { try save(trainer) }

  /// Saves the epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    try save(trainer)
  }

  /// Saves where a stopped run stands.
  public func trainingDidStop(_ trainer: Trainer) throws(DescentError) { try save(trainer) }

  private func save(_ trainer: Trainer) throws(DescentError) {
    try Checkpoint.save(trainer, to: folder)
    try AtomicFile.write(trainer.history.csv, to: "\(folder)/history.csv")
  }
}
