import Foundation

/// A training run on disk: `model.safetensors`, the parameters alone, for whoever uses the model;
/// `state.safetensors`, all that is needed to go on exactly where the run stood; and `history.csv`, for reading.
public enum Checkpoint {
  /// The files' names in a checkpoint's folder.
  public static let modelFile = "model.safetensors", stateFile = "state.safetensors",
    historyFile = "history.csv"

  /// Writes the files into a folder that exists: each whole or not at all, and all on disk before the first of them
  /// takes its name, the state. A process that is killed then may leave a model of the save before; `resume` and
  /// `CheckpointCallback` go by the state.
  ///
  /// - Throws: `DescentError` with the path and the reason; of code `nonFinite`, and nothing is written, where the run
  ///   has diverged.
  public static func save(_ trainer: Trainer, to folder: String) throws(DescentError) {
    try save(trainer, to: folder, with: [:], replacing: [])
  }

  /// Writes other texts too, by name, and first removes files, all of them in the folder.
  static func save(
    _ trainer: Trainer, to folder: String, with texts: [String: String], replacing old: [String]
  ) throws(DescentError) {
    try trainer.verify()
    var state = trainer.progressTensors
    for (name, tensor) in trainer.model.stateDict { state["model.\(name)"] = tensor }
    for (name, tensor) in trainer.optimizer.stateDict { state["optimizer.\(name)"] = tensor }
    var files = [
      try SafeTensors.stage(state, for: "\(folder)/\(stateFile)"),
      try trainer.optimizer.withEvaluationWeights { () throws(DescentError) in
        try SafeTensors.stage(trainer.model.stateDict, for: "\(folder)/\(modelFile)")
      },
      try StagedFile(trainer.history.csv, for: "\(folder)/\(historyFile)"),
    ]
    for (name, text) in texts { files.append(try StagedFile(text, for: "\(folder)/\(name)")) }
    for name in old { try remove("\(folder)/\(name)") }
    for file in files { try file.commit() }
  }

  private static func remove(_ path: String) throws(DescentError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw DescentError(.file, "\(path): cannot be replaced: \(Descriptor.reason())")
    }
  }

  /// Completes a save that was cut short between two files: brings the model and the history to where the state is, if
  /// they are not there.
  static func complete(_ trainer: Trainer, in folder: String) throws(DescentError) {
    let path = "\(folder)/\(modelFile)"
    let saved = try? SafeTensors.read(path).tensors
    try trainer.optimizer.withEvaluationWeights { () throws(DescentError) in
      let model = trainer.model.stateDict
      let agrees =
        saved?.count == model.count && model.allSatisfy { saved?[$0.key]?.hasSameBits(as: $0.value) ?? false }
      // A state may have been spoilt: that is found out later.
      if !agrees && model.values.allSatisfy(\.isFinite) { try SafeTensors.write(model, to: path) }
    }
    let (history, csv) = ("\(folder)/\(historyFile)", trainer.history.csv)
    if (try? InputFile.text(history)) != csv {
      try AtomicFile.write(csv, to: history)
    }
  }

  /// Puts a trainer where the run in a folder stood: parameters, optimizer, random order, history.
  ///
  /// - Throws: `DescentError` if the file is missing or damaged, or belongs to another model or optimizer. The
  ///   trainer is unchanged then.
  public static func resume(_ trainer: Trainer, from folder: String) throws(DescentError) {
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

extension Tensor {
  fileprivate func hasSameBits(as other: Tensor) -> Bool {
    dtype == other.dtype && shape == other.shape && memcmp(data, other.data, shape.byteCount(dtype)) == 0
  }
}
