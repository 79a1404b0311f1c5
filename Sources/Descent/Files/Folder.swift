#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folders that output goes into.
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

  /// Syncs the names in the folder of a file to disk: without that, a file that was renamed may have its old name after a
  /// power failure. 0, or the system's reason. Folders that cannot be synced, as on some network file systems, are left.
  package static func syncNames(beside path: String) -> Int32 {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // One may be written to and not read.
    guard descriptor >= 0 else { return errno == EACCES ? 0 : errno }
    defer { close(descriptor) }
    guard fsync(descriptor) != 0 else { return 0 }
    return [EINVAL, EBADF, ENOTSUP, ENOSYS].contains(errno) ? 0 : errno
  }
}
