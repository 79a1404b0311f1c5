import Foundation

/// A training run on disk: `model.safetensors`, the parameters alone, for whoever uses the model;
/// `state.safetensors`, all that is needed to go on exactly where the run stood; and `history.csv`, for reading.
public enum Checkpoint {
  /// The files' names in a checkpoint's folder.
  public static let modelFile = "model.safetensors", stateFile = "state.safetensors",
    historyFile = "history.csv"
  /// There while a save gives its files their names: see `finish`.
  public static let journalFile = SaveJournal.file

  /// Writes the files into a folder that exists, all of them or none. A save that is cut short after all of them are on
  /// disk is finished by the next `save`, `resume` or `finish`.
  ///
  /// - Throws: `DescentError` with the path and the reason; of code `nonFinite`, and nothing is written, where the run
  ///   has diverged.
  public static func save(_ trainer: Trainer, to folder: String) throws(DescentError) {
    try save(trainer, to: folder, with: [:], replacing: [])
  }

  /// Finishes a save that was cut short, if there is one in the folder. To be called before its files are read by others;
  /// nobody else may be saving there.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  public static func finish(_ folder: String) throws(DescentError) { try SaveJournal.finish(in: folder) }

  /// Writes other texts too, by name, and removes files of another run, all of them in the folder.
  static func save(
    _ trainer: Trainer, to folder: String, with texts: [String: String], replacing old: [String]
  ) throws(DescentError) {
    try trainer.verify()
    let names = [stateFile, modelFile, historyFile] + texts.keys
    for name in names { try WriteTarget.checkReplaceable("\(folder)/\(name)") }
    try finish(folder)
    var state = trainer.progressTensors
    for (name, tensor) in trainer.model.stateToSave { state["model.\(name)"] = tensor }
    for (name, tensor) in trainer.optimizer.stateDict { state["optimizer.\(name)"] = tensor }
    var files = [
      try SafeTensors.stage(state, for: "\(folder)/\(stateFile)"),
      try trainer.optimizer.withEvaluationWeights { () throws(DescentError) in
        try SafeTensors.stage(trainer.model.stateToSave, for: "\(folder)/\(modelFile)")
      },
      try StagedFile(trainer.history.csv, for: "\(folder)/\(historyFile)"),
    ]
    for (name, text) in texts { files.append(try StagedFile(text, for: "\(folder)/\(name)")) }
    try SaveJournal.commit(files, removing: old.filter { !names.contains($0) }, in: folder)
  }

  /// Puts a trainer where the run in a folder stood: parameters, optimizer, random order, history.
  ///
  /// - Throws: `DescentError` if the file is missing or damaged, or belongs to another model or optimizer. The
  ///   trainer is unchanged then.
  public static func resume(_ trainer: Trainer, from folder: String) throws(DescentError) {
    try finish(folder)
    let path = "\(folder)/\(stateFile)"
    let state = try SafeTensors.read(path).tensors
    func part(_ prefix: String) -> [String: Tensor] {
      Dictionary(
        uniqueKeysWithValues: state.filter { $0.key.hasPrefix(prefix) }
          .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    do throws(DescentError) {
      let progress = try Trainer.Progress(part("trainer."))
      let before = trainer.model.stateDict.mapValues { $0.clone() }
      try trainer.model.load(part("model."))
      do throws(DescentError) {
        try trainer.optimizer.load(part("optimizer."))
      } catch {
        try trainer.model.load(before)
        throw error
      }
      trainer.restore(progress)
    } catch {
      throw DescentError(error.code, "\(path): \(error.message)")
    }
  }
}
