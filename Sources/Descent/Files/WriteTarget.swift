#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What stands where something is to be written.
enum WriteTarget {
  /// Nothing, or a regular file with the owner and the permissions to keep. The path has no symbolic link at its end.
  case file(path: String, existing: stat?)
  /// A device, a pipe or a file that is open already: to be written into, and closed.
  case stream(descriptor: Int32)

  /// Finds out what stands under a name, through links; streams are opened.
  ///
  /// - Throws: `DescentError` for a folder, a socket, a disk, a file that must not be written.
  init(_ path: String) throws(DescentError) {
    func refusal(_ why: String) -> DescentError { DescentError(.file, "\(path): cannot be written: \(why)") }
    var end = path
    var links = 0
    while true {
      if let open = Descriptor.named(end) {
        let copy = fcntl(open, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw refusal(Descriptor.reason()) }
        self = .stream(descriptor: copy)
        return
      }
      guard let next = Self.link(end) else { break }
      links += 1
      guard links <= 40 else { throw refusal(Descriptor.reason(ELOOP)) }
      end = next
    }
    var status = stat()
    guard stat(end, &status) == 0 else {
      guard errno == ENOENT, !end.isEmpty else { throw refusal(Descriptor.reason()) }
      self = .file(path: end, existing: nil)
      return
    }
    if status.isOf(S_IFREG) {
      guard access(end, W_OK) == 0 else { throw refusal(Descriptor.reason()) }
      self = .file(path: end, existing: status)
    } else if status.isOf(S_IFCHR) || status.isOf(S_IFIFO) {
      let descriptor = open(end, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw refusal(Descriptor.reason()) }
      self = .stream(descriptor: descriptor)
    } else {
      throw refusal("it is \(status.kind)")
    }
  }

  /// Refuses what cannot be replaced by a regular file, as a pipe: opening one waits for a reader.
  ///
  /// - Throws: `DescentError` with the path and what it is.
  static func checkReplaceable(_ path: String) throws(DescentError) {
    var status = stat()
    guard stat(path, &status) == 0, !status.isOf(S_IFREG) else { return }
    throw DescentError(.file, "\(path): cannot be replaced: it is \(status.kind), must be a regular file")
  }

  /// Where a symbolic link points to; nil where there is none.
  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0 else { return nil }
    let target = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard !target.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return target }
    return path[...slash] + target
  }
}
