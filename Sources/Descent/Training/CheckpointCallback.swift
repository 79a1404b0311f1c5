/// Saves a run's checkpoint and `history.csv` at its start, after every epoch and when it is stopped. A run that
/// fails keeps the last good one.
public final class CheckpointCallback: TrainingCallback {
  /// What happens to the folder when a run begins.
  public enum Start: Sendable {
    /// The start is saved, so that there always is a good checkpoint.
    case saved
    /// The folder holds the checkpoint that the trainer goes on from: that stays until there is a newer one.
    case resumed
    /// The folder holds another run's files, of these names: they stay until there is something to save in their
    /// place.
    case replaced([String])
  }

  /// The folder that the files go to; it must exist.
  public let folder: String
  /// Whether anything has been saved.
  public private(set) var hasSaved = false
  private let start: Start
  private let texts: [String: String]

  /// A callback that saves to a folder, and `texts` with each checkpoint, by file name.
  public init(folder: String, start: Start = .saved, texts: [String: String] = [:]) {
    (self.folder, self.start, self.texts) = (folder, start, texts)
  }

  /// Saves the run's start, if it is to be saved.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    if case .saved = start { try save(trainer) }
  }

  /// Saves the epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    try save(trainer)
  }

  /// Saves where a stopped run stands.
  public func trainingDidStop(_ trainer: Trainer) throws(DescentError) { try save(trainer) }

  private func save(_ trainer: Trainer) throws(DescentError) {
    var old: [String] = []
    if case .replaced(let names) = start, !hasSaved { old = names }
    try Checkpoint.save(trainer, to: folder, with: texts, replacing: old)
    hasSaved = true
  }
}
