/// Keeps a run's history in a file, whole after every epoch: also that of a run that goes on.
public final class HistoryLog: KeepsSteppedWeights {
  /// How the file is written.
  public enum Format: Sendable {
    /// A header line and a line for each epoch.
    case csv
    /// A JSON object in a line for each epoch.
    case jsonLines
  }

  /// Where the file is.
  public let path: String
  /// How it is written.
  public let format: Format

  /// A log in a file.
  public init(_ format: Format, to path: String) { (self.format, self.path) = (format, path) }

  /// Writes the epochs.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    let history = trainer.history
    switch format {
    case .csv: try AtomicFile.write(history.csv, to: path)
    case .jsonLines: try AtomicFile.write(history.epochs.map { history.json($0) + "\n" }.joined(), to: path)
    }
  }
}
