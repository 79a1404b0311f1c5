import Foundation

/// A file that is open for reading until this goes. What is no file, as a folder or a named pipe, is refused before it
/// is opened: that could wait for a writer for ever.
package struct InputFile: ~Copyable {
  /// The number by which the system knows the open file.
  let descriptor: Int32
  /// The bytes there are; nil in a pipe, where nobody knows.
  let size: Int?

  /// Opens a regular file; or, by a name as "/dev/stdin" and "/dev/fd/3", what this process has open already.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  init(_ path: String) throws(DescentError) {
    func refusal(_ why: String) -> DescentError { DescentError(.file, "\(path): cannot be read: \(why)") }
    var status = stat()
    let isOpen = Descriptor.named(path)
    if isOpen == nil {
      // Before it is opened: that would wait for a pipe's writer, and may do more to a device.
      guard stat(path, &status) == 0 else { throw refusal(Descriptor.reason()) }
      guard status.isOf(S_IFREG) else { throw refusal("it is \(status.kind), not a file") }
    }
    let descriptor = isOpen.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw refusal(Descriptor.reason()) }
    self.descriptor = descriptor
    size = status.isOf(S_IFREG) ? Int(status.st_size) : nil
  }

  deinit { close(descriptor) }

  /// The bytes of a whole file.
  ///
  /// - Throws: `DescentError` with the path and the reason, which may be that memory does not hold them.
  package static func read(_ path: String) throws(DescentError) -> Data {
    let file = try InputFile(path)
    // One more than there should be, so that the end is seen without asking for more memory.
    var capacity = file.size.map { $0 + 1 } ?? 1 << 16
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    while true {
      guard let larger = realloc(bytes, capacity) else {
        free(bytes)
        throw DescentError(.resources, "\(path): memory does not hold the file")
      }
      bytes = larger
      let got = file.fill(UnsafeMutableRawBufferPointer(start: larger + count, count: capacity - count))
      guard got >= 0 else {
        free(bytes)
        throw DescentError(.file, "\(path): cannot be read: \(Descriptor.reason(Int32(-got)))")
      }
      count += got
      if count < capacity { return Data(bytesNoCopy: larger, count: count, deallocator: .free) }
      capacity *= 2
    }
  }

  /// A whole file as text.
  ///
  /// - Throws: `DescentError` if it cannot be read, or is no UTF-8.
  package static func text(_ path: String) throws(DescentError) -> String {
    guard let text = String(data: try read(path), encoding: .utf8) else {
      throw DescentError(.format, "\(path): is no text in UTF-8")
    }
    return text
  }
}
