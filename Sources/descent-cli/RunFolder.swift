import Descent
import Foundation

/// The folder a run writes to.
enum RunFolder {
  /// Every file a run leaves.
  private static let files = [
    RunConfig.file, Checkpoint.modelFile, Checkpoint.stateFile, "history.csv", "loss.png", "loss.svg",
  ]

  /// Makes a folder ready for a new run: creates it, and refuses one that holds a run, or a part of one.
  static func prepare(_ folder: String, overwrite: Bool) throws(DescentError) {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory) {
      guard isDirectory.boolValue else {
        throw DescentError(.file, "--out \(folder) is a file, not a folder")
      }
      let present = files.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
      guard present.isEmpty || overwrite else {
        throw DescentError(
          .file,
          "--out \(folder) already has \(present.joined(separator: ", ")): continue that run with --resume \(folder), replace it with --overwrite, or choose another folder"
        )
      }
      for file in present {
        guard unlink("\(folder)/\(file)") == 0 else {
          throw DescentError(
            .file, "\(folder)/\(file) cannot be replaced: \(String(cString: strerror(errno)))")
        }
      }
    } else {
      try Folder.make(folder)
    }
  }
}
