#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a save of several files is about to do, on disk before the first of them takes its name. A save that is cut short
/// is finished by whoever opens the folder next: so there are the old files or the new ones, never a mixture.
enum SaveJournal {
  /// Its name in the folder.
  static let file = ".save"

  private static func path(_ folder: String) -> String { "\(folder)/\(file)" }

  /// Gives staged files their names, and removes files of these names.
  ///
  /// - Throws: `DescentError` with the path and the system's reason. Once the journal is on disk, the rest of the save
  ///   is done by `finish`.
  static func commit(_ files: [StagedFile], removing names: [String], in folder: String) throws(DescentError)
  {
    var lines = names.map { "-\t\($0)" }
    var others: [StagedFile] = []
    for file in files {
      // What a link points to elsewhere is replaced on its own: a journal acts on its folder only.
      if let places = file.places, let end = name(places.end, in: folder),
        let temporary = name(places.temporary, in: folder)
      {
        lines.append("+\t\(end)\t\(temporary)")
        file.isKept = true
      } else {
        others.append(file)
      }
    }
    do throws(DescentError) {
      try StagedFile(lines.joined(separator: "\n"), for: path(folder)).commit()
    } catch {
      for file in files { file.isKept = false }
      throw error
    }
    for file in others { try file.commit() }
    try finish(in: folder)
  }

  /// A file's name, where it stands in the folder itself.
  private static func name(_ path: String, in folder: String) -> String? {
    guard path.hasPrefix(folder + "/") else { return nil }
    let name = String(path.dropFirst(folder.count + 1))
    return isPlain(name[...]) ? name : nil
  }

  private static func isPlain(_ name: Substring) -> Bool {
    !name.isEmpty && !["/", "\t", "\n"].contains(where: name.contains) && name != "." && name != ".."
  }

  /// Does what a journal in the folder says, if there is one.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  static func finish(in folder: String) throws(DescentError) {
    let journal = path(folder)
    guard access(journal, F_OK) == 0 else { return }
    func place(_ name: Substring) -> String { "\(folder)/\(name)" }
    for line in try InputFile.text(journal).split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      // A folder may come from anywhere: its journal must not reach out of it.
      switch parts.dropFirst().allSatisfy(isPlain) ? (parts.first, parts.count) : (nil, 0) {
      case ("+", 3):
        // What is not there has its name already.
        guard rename(place(parts[2]), place(parts[1])) == 0 || errno == ENOENT else {
          throw DescentError(.file, "\(place(parts[1])): cannot be replaced: \(Descriptor.reason())")
        }
      case ("-", 2):
        guard unlink(place(parts[1])) == 0 || errno == ENOENT else {
          throw DescentError(.file, "\(place(parts[1])): cannot be removed: \(Descriptor.reason())")
        }
      default:
        throw DescentError(.format, "\(journal) is damaged: remove it to go by the files as they are")
      }
    }
    // Before the journal goes: after a power failure it would be missed where the names are the old ones.
    let reason = Folder.syncNames(beside: journal)
    guard reason == 0 else {
      throw DescentError(.file, "\(folder): its names cannot be synced to disk: \(Descriptor.reason(reason))")
    }
    unlink(journal)
  }
}
