extension Checkpoint {
  /// What a saved run has shown until its last save: its epochs, and the loss of every hundredth batch.
  ///
  /// - Parameter folder: the run's.
  /// - Throws: `DescentError` if the state is missing or damaged.
  public static func history(in folder: String) throws(DescentError) -> History {
    try finish(folder)
    let path = "\(folder)/\(stateFile)"
    let (state, metadata) = try SafeTensors.read(path)
    do throws(DescentError) {
      try checkVersion(metadata)
      return try Trainer.Progress(state, metadata).history
    } catch {
      throw DescentError(error.code, "\(path): \(error.message)")
    }
  }
}
