import Descent
import Foundation

/// The folder a run writes to: this process's alone as long as the object lives.
final class RunFolder {
  /// Its path.
  let path: String
  /// What it held, and what is to happen to that.
  let start: CheckpointCallback.Start
  private let lock: FolderLock

  /// Every file a run leaves.
  private static let files = [
    RunConfig.file, Checkpoint.modelFile, Checkpoint.stateFile, Checkpoint.historyFile, "loss.png",
    "loss.svg", "metrics.png", "metrics.svg",
  ]

  /// A folder for a new run: created if it is not there, refused if it holds a run, or a part of one, that is not to be
  /// overwritten.
  init(new path: String, overwrite: Bool) throws(DescentError) {
    self.path = path
    var isFolder: ObjCBool = false
    guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || isFolder.boolValue else {
      throw DescentError(.file, "--out \(path) is a file, not a folder")
    }
    try Folder.make(path)
    lock = try FolderLock(path)
    try Checkpoint.finish(path)
    let present = Self.files.filter { Self.exists("\(path)/\($0)") }
    guard present.isEmpty || overwrite else {
      let advice =
        Self.holdsState(path)
        ? "continue that run with --resume \(path.shellQuoted), replace it" : "replace it"
      throw DescentError(
        .file,
        "--out \(path) already has \(present.joined(separator: ", ")): \(advice) with --overwrite, or choose another folder"
      )
    }
    start = present.isEmpty ? .saved : .replaced(present)
    Self.removeLeftovers(path)
  }

  /// The folder of a run that goes on.
  init(resumed path: String) throws(DescentError) {
    self.path = path
    lock = try FolderLock(path)
    try Checkpoint.finish(path)
    start = .resumed
    Self.removeLeftovers(path)
  }

  /// Removes a run's files from a folder, if it is there; others stay.
  static func clear(_ path: String) throws(DescentError) {
    guard exists(path) else { return }
    let lock = try FolderLock(path)
    defer { withExtendedLifetime(lock) {} }
    try Checkpoint.finish(path)
    for name in files where unlink("\(path)/\(name)") != 0 && errno != ENOENT {
      throw DescentError(.file, "\(path)/\(name) cannot be removed: \(Descriptor.reason())")
    }
    removeLeftovers(path)
  }

  /// Finishes a save that was cut short, unless a run is at work there.
  static func finishSave(_ path: String) throws(DescentError) {
    guard exists("\(path)/\(Checkpoint.journalFile)"), let lock = try? FolderLock(path) else { return }
    defer { withExtendedLifetime(lock) {} }
    try Checkpoint.finish(path)
  }

  /// Whether there is something to resume from.
  static func holdsState(_ path: String) -> Bool { exists("\(path)/\(Checkpoint.stateFile)") }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// What runs that were killed had begun to write.
  private static func removeLeftovers(_ path: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
      let known = files + [Checkpoint.journalFile]
      if name.hasSuffix(".part") && known.contains(where: { name.hasPrefix($0 + ".") }) {
        unlink("\(path)/\(name)")
      }
    }
  }
}

extension String {
  /// As a shell takes it for one word.
  var shellQuoted: String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "_-./=:,+@%"))
    if !isEmpty && unicodeScalars.allSatisfy(plain.contains) { return self }
    return "'" + replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
