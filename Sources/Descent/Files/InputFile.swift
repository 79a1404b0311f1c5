#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is open for reading.
struct InputFile: ~Copyable {
  /// To read from.
  let descriptor: Int32
  /// The bytes there are; nil in a pipe, where nobody knows.
  let size: Int?

  /// Opens a file.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  init(_ path: String) throws(DescentError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw DescentError(.file, "\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    self.descriptor = descriptor
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit { close(descriptor) }
}
