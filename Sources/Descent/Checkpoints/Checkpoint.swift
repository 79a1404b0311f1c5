/// A training run on disk: `model.safetensors`, the parameters alone, for whoever uses the model; and
/// `state.safetensors`, all that is needed to go on exactly where the run stood.
public enum Checkpoint {
  /// The files' names in a checkpoint's folder.
  public static let modelFile = "model.safetensors", stateFile = "state.safetensors"

  /// Writes both files into a folder that exists, each whole or not at all.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  public static func save(_ trainer: Trainer, to folder: String) throws(DescentError) {
    try trainer.optimizer.withEvaluationWeights { () throws(DescentError) in
      try SafeTensors.write(trainer.model.stateDict, to: "\(folder)/\(modelFile)")
    }
    var state = trainer.progressTensors
    for (name, tensor) in trainer.model.stateDict { state["model.\(name)"] = tensor }
    for (name, tensor) in trainer.optimizer.stateDict { state["optimizer.\(name)"] = tensor }
    try SafeTensors.write(state, to: "\(folder)/\(stateFile)")
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
