#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Writes the pieces one after another under a temporary name beside `path`, syncs them to disk, then gives the
  /// file its name. What stood under the name stays until then.
  ///
  /// - Throws: `DescentError` with the path and the system's reason; nothing is left behind.
  public static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws(DescentError) {
    let temporary = "\(path).\(getpid()).part"
    func failure(_ what: String) -> DescentError {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return DescentError(.file, "\(path): \(what): \(reason)")
    }
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("cannot be written") }
    for piece in pieces {
      var rest = piece
      while let base = rest.baseAddress, !rest.isEmpty {
        #if canImport(Glibc)
          let written = Glibc.write(file, base, rest.count)
        #else
          let written = Darwin.write(file, base, rest.count)
        #endif
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else {
          close(file)
          throw failure("cannot be written")
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
    let synced = fsync(file) == 0
    guard close(file) == 0 && synced else { throw failure("cannot be synced to disk") }
    guard rename(temporary, path) == 0 else { throw failure("cannot be renamed into place") }
  }

  /// Writes text.
  public static func write(_ text: String, to path: String) throws(DescentError) {
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(DescentError) in
      try write([UnsafeRawBufferPointer(bytes)], to: path)
    }
  }
}
