import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file read from its start, gzip or plain.
struct GzipFile: ~Copyable {
  private let file: gzFile
  private let path: String
  /// The most bytes that the whole can turn out to be; nil for a pipe.
  let mostBytes: Int?

  init(path: String) throws(DescentError) {
    let input = try InputFile(path)
    // zlib closes what it is given.
    let descriptor = fcntl(input.descriptor, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0, let file = gzdopen(descriptor, "rb") else {
      throw DescentError(.resources, "\(path): cannot be read: \(Descriptor.reason())")
    }
    self.file = file
    self.path = path
    // Deflate's shortest code is of two bits, for a copy of 258 bytes.
    let isPlain = gzdirect(file) != 0
    mostBytes = input.size.map { isPlain ? $0 : $0.multipliedReportingOverflow(by: 1032).partialValue }
  }

  deinit { gzclose(file) }

  /// Up to `count` bytes; fewer only at the file's end.
  ///
  /// - Throws: `DescentError` if the compressed data is damaged or cut off, or memory does not hold so many bytes.
  func read(_ count: Int) throws(DescentError) -> [UInt8] {
    guard Memory.holds(count) else {
      throw DescentError(.resources, "\(path): memory does not hold its \(count) bytes")
    }
    var failure: DescentError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      while done < count && failure == nil {
        let got = gzread(file, buffer.baseAddress! + done, UInt32(min(count - done, 1 << 24)))
        var code: Int32 = 0
        // "<fd:4>: unexpected end of file"
        let text = String(cString: gzerror(file, &code))
        let reason =
          text.hasPrefix("<fd:") ? text.split(separator: " ").dropFirst().joined(separator: " ") : text
        if got < 0 || code < 0 {
          failure = DescentError(.format, "\(path): damaged or cut off: \(reason)")
        } else if got == 0 {
          break
        } else {
          done += Int(got)
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// CRC-32 as gzip and PNG use it; `after` is that of the bytes before.
package func crc32(_ bytes: UnsafeRawBufferPointer, after: UInt32 = 0) -> UInt32 {
  UInt32(
    truncatingIfNeeded: crc32_z(
      UInt(after), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}
