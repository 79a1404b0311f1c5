#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Making the folders that output is to go into.
package enum Folder {
  /// Makes one, and those that it is to be in, where they are not there yet.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  package static func make(_ path: String) throws(DescentError) {
    guard make(path[...]) else {
      throw DescentError(.file, "\(path): the folder cannot be made: \(Descriptor.reason())")
    }
  }

  private static func make(_ path: Substring) -> Bool {
    if attempt(path) { return true }
    guard errno == ENOENT, let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex else {
      return false
    }
    return make(path[..<slash]) && attempt(path)
  }

  private static func attempt(_ path: Substring) -> Bool {
    mkdir(String(path), 0o777) == 0 || (errno == EEXIST && exists(String(path)))
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    if !status.isOf(S_IFDIR) { errno = ENOTDIR }
    return status.isOf(S_IFDIR)
  }
}
