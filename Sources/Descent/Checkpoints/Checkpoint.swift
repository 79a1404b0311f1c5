import Foundation

/// A training run on disk. `state.safetensors` is all that is needed to go on exactly where the run stood: weights,
/// buffers, the optimizer's state, that of callbacks and metrics, every source of random numbers, the place in the
/// epoch, the history and the configuration. The others are for people and programs: `model.safetensors` has the
/// weights to use, `history.csv` the epochs.
public enum Checkpoint {
  /// The files' names in a checkpoint's folder.
  public static let modelFile = "model.safetensors", stateFile = "state.safetensors",
    historyFile = "history.csv", bestFile = "best.safetensors"
  /// There while a save gives its files their names: see `finish`.
  public static let journalFile = SaveJournal.file

  /// The format of `state.safetensors`, in its metadata.
  static let version = "2"
  static let versionKey = "descent.version", ruleKey = "descent.rule", textKey = "descent.text."

  /// Writes the files into a folder that exists, all of them or none. A save that is cut short after all of them are on
  /// disk is finished by the next `save`, `resume` or `finish`.
  ///
  /// - Throws: `DescentError` with the path and the reason; of code `nonFinite`, and nothing is written, where the run
  ///   has diverged.
  public static func save(_ trainer: Trainer, to folder: String) throws(DescentError) {
    try SavedRun(trainer, folder: folder).write()
  }

  /// Finishes a save that was cut short, if there is one in the folder. To be called before its files are read by others;
  /// nobody else may be saving there.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  public static func finish(_ folder: String) throws(DescentError) { try SaveJournal.finish(in: folder) }

  /// A text that was saved with the state in a folder, by its file's name; nil if there is none.
  ///
  /// - Throws: `DescentError` if the state is missing or damaged.
  public static func text(_ name: String, in folder: String) throws(DescentError) -> String? {
    try finish(folder)
    return try SafeTensors.read("\(folder)/\(stateFile)").metadata[textKey + name]
  }

  /// The states that `CheckpointCallback(keep:)` has left in a folder, the oldest first.
  public static func keptStates(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.wholeMatch(of: /state-\d{12}\.safetensors/) != nil }.sorted()
  }

  static func keptName(_ steps: Int) -> String { "state-\(String(format: "%012d", steps)).safetensors" }

  /// Puts a trainer where a run stood: parameters, optimizer, random numbers, history. What callbacks and metrics had is
  /// theirs as `fit` begins.
  ///
  /// - Parameter place: the run's folder, or one of its states.
  /// - Throws: `DescentError` if the file is missing or damaged, or belongs to another model or optimizer. The
  ///   trainer is unchanged then.
  public static func resume(_ trainer: Trainer, from place: String) throws(DescentError) {
    var path = place
    if !place.hasSuffix(".safetensors") {
      try finish(place)
      path = "\(place)/\(stateFile)"
    }
    let (state, metadata) = try SafeTensors.read(path)
    do throws(DescentError) {
      try checkVersion(metadata)
      let progress = try Trainer.Progress(state, metadata)
      let before = trainer.model.stateDict.mapValues { $0.clone() }
      let optimizer = trainer.optimizer
      let exchanged = try optimizer.handOver(toSaved: metadata[ruleKey], state.part("optimizer."))
      do throws(DescentError) {
        try trainer.model.load(state.part("model."))
        try optimizer.load(state.part("optimizer."))
      } catch {
        try trainer.model.load(before)
        if let exchanged { optimizer.takeBack(exchanged) }
        throw error
      }
      trainer.restore(progress)
    } catch {
      throw DescentError(error.code, "\(path): \(error.message)")
    }
  }

  static func checkVersion(_ metadata: [String: String]) throws(DescentError) {
    guard let found = metadata[versionKey] else {
      throw DescentError(.format, "it is no run's state: it names no version of the format")
    }
    guard found == version else {
      throw DescentError(
        .format, "its format has version \(found.prefix(20)), this program reads version \(version)")
    }
  }
}
