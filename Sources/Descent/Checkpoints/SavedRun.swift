#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run as it stood at one moment, as the files of a checkpoint: copies, which any thread may write.
struct SavedRun: Sendable {
  /// A file's contents.
  private enum Contents: Sendable {
    case tensors(SafeTensors.Image)
    case text(String)
  }

  private let folder: String
  private var files: [(name: String, contents: Contents)]
  private var removed: [String]
  /// The name of a second, lasting name for the state, and how many of those stay.
  var keeping: (name: String, count: Int)?

  /// The state, by which the run goes on; and what is made from it for people, unless that is to wait.
  ///
  /// - Parameters:
  ///   - texts: other files, by name; they are in the state too.
  ///   - removed: files of another run.
  /// - Throws: `DescentError` of code `nonFinite` where the run has diverged; of code `file` where something that is no
  ///   regular file has one of the names.
  init(
    _ trainer: Trainer, folder: String, texts: [String: String] = [:], removing removed: [String] = [],
    onlyState: Bool = false, best: Bool = false
  ) throws(DescentError) {
    try trainer.verify()
    self.folder = folder
    files = [(Checkpoint.stateFile, .tensors(Self.state(trainer, texts)))]
    if !onlyState {
      let model = try trainer.withWeights(for: .export) { () throws(DescentError) in
        SafeTensors.Image(trainer.model.stateToSave)
      }
      files.append((Checkpoint.modelFile, .tensors(model)))
      files.append((Checkpoint.historyFile, .text(trainer.history.csv)))
      files += texts.map { ($0.key, .text($0.value)) }
    }
    if best {
      let model = try trainer.withWeights(for: .evaluation) { () throws(DescentError) in
        SafeTensors.Image(trainer.model.stateToSave)
      }
      files.append((Checkpoint.bestFile, .tensors(model)))
    }
    let names = files.map(\.name)
    self.removed = removed.filter { !names.contains($0) }
    for name in names { try WriteTarget.checkReplaceable("\(folder)/\(name)") }
  }

  private static func state(_ trainer: Trainer, _ texts: [String: String]) -> SafeTensors.Image {
    var state = trainer.progressTensors
    for (name, tensor) in trainer.model.stateToSave { state["model.\(name)"] = tensor }
    for (name, tensor) in trainer.optimizer.stateDict { state["optimizer.\(name)"] = tensor }
    var metadata = trainer.progressMetadata
    metadata[Checkpoint.versionKey] = Checkpoint.version
    metadata[Checkpoint.ruleKey] = trainer.optimizer.handedOverRule
    for (name, text) in texts { metadata[Checkpoint.textKey + name] = text }
    return SafeTensors.Image(state, metadata: metadata)
  }

  /// Puts the files in their places, all of them or none.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  func write() throws(DescentError) {
    try SaveJournal.finish(in: folder)
    var staged: [StagedFile] = []
    for (name, contents) in files {
      switch contents {
      case .tensors(let image): staged.append(try image.stage(for: "\(folder)/\(name)"))
      case .text(let text): staged.append(try StagedFile(text, for: "\(folder)/\(name)"))
      }
    }
    if staged.count == 1 && removed.isEmpty {
      try staged[0].commit()
    } else {
      try SaveJournal.commit(staged, removing: removed, in: folder)
    }
    if let keeping { try keep(keeping.name, keeping.count) }
  }

  /// Gives the state a name that later saves leave alone, and removes the oldest of such.
  private func keep(_ name: String, _ count: Int) throws(DescentError) {
    let path = "\(folder)/\(name)"
    unlink(path)
    guard link("\(folder)/\(Checkpoint.stateFile)", path) == 0 else {
      throw DescentError(.file, "\(path): cannot be made: \(Descriptor.reason())")
    }
    for old in Checkpoint.keptStates(in: folder).dropLast(count) { unlink("\(folder)/\(old)") }
  }
}
