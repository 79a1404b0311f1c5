#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is on disk, whole and synced, but not yet under its name: files that belong together are all written
/// first, and then named one right after another. It is removed again unless it gets its name.
///
/// What is no regular file, as a pipe, cannot be replaced: it is written into at once.
final class StagedFile {
  private let path: String
  private let target: WriteTarget
  private var descriptor: Int32
  /// Whether it stays without its name too: a journal says what is to become of it.
  var isKept = false
  /// Where it will stand and where it stands; nil for what is no regular file.
  var places: (end: String, temporary: String)? {
    guard case .file(let end, _) = target else { return nil }
    return (end, Self.temporary(end))
  }

  /// Writes the pieces one after another under a temporary name beside `path`.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  init(_ pieces: [UnsafeRawBufferPointer], for path: String) throws(DescentError) {
    self.path = path
    target = try WriteTarget(path)
    switch target {
    case .stream(let stream): descriptor = stream
    case .file(let end, let existing):
      unlink(Self.temporary(end))
      // What nobody else may read must not be readable meanwhile.
      let mode: mode_t = existing == nil ? 0o644 : 0o600
      descriptor = open(Self.temporary(end), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      guard descriptor >= 0 else { throw failure("cannot be written") }
      if let existing {
        // Only root may give files away; to others it belongs already.
        _ = fchown(descriptor, existing.st_uid, existing.st_gid)
        fchmod(descriptor, existing.st_mode & 0o7777)
      }
    }
    for piece in pieces {
      let reason = Descriptor.write(piece, to: descriptor)
      guard reason == 0 else { throw failure("cannot be written", reason) }
    }
    if case .file = target, fsync(descriptor) != 0 { throw failure("cannot be synced to disk") }
    let written = descriptor
    descriptor = -1
    guard close(written) == 0 else { throw failure("cannot be written") }
  }

  /// Writes text.
  convenience init(_ text: String, for path: String) throws(DescentError) {
    var text = text
    // A closure cannot delegate to another initializer.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    defer { bytes.deallocate() }
    text.withUTF8 { bytes.copyMemory(from: UnsafeRawBufferPointer($0)) }
    try self.init([UnsafeRawBufferPointer(bytes)], for: path)
  }

  /// Gives the file its name, in place of what had it, for good: the folder is synced too.
  ///
  /// - Throws: `DescentError` with the path and the system's reason.
  func commit() throws(DescentError) {
    guard case .file(let end, _) = target else { return }
    guard rename(Self.temporary(end), end) == 0 else { throw failure("cannot be renamed into place") }
    let reason = Folder.syncNames(beside: end)
    guard reason == 0 else { throw failure("its name cannot be synced to disk", reason) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if case .file(let end, _) = target, !isKept { unlink(Self.temporary(end)) }
  }

  private static func temporary(_ path: String) -> String { "\(path).\(getpid()).part" }

  private func failure(_ what: String, _ reason: Int32 = errno) -> DescentError {
    DescentError(.file, "\(path): \(what): \(Descriptor.reason(reason))")
  }
}
