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
    let prefix = folder + "/"
    func inside(_ path: String) -> String {
      path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : absolute(path)
    }
    var lines = names.map { "-\t\($0)" }
    for file in files {
      if let places = file.places { lines.append("+\t\(inside(places.end))\t\(inside(places.temporary))") }
    }
    try StagedFile(lines.joined(separator: "\n"), for: path(folder)).commit()
    for file in files { file.isKept = true }
    try finish(in: folder)
  }

  /// Does what a journal in the folder says, if there is one.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  static func finish(in folder: String) throws(DescentError) {
    let journal = path(folder)
    guard access(journal, F_OK) == 0 else { return }
    func place(_ name: Substring) -> String { name.hasPrefix("/") ? String(name) : "\(folder)/\(name)" }
    for line in try InputFile.text(journal).split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      switch (parts.first, parts.count) {
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
    unlink(journal)
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return "\(String(cString: here))/\(path)"
  }
}
