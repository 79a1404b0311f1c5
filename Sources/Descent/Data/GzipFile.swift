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

  init(path: String) throws(DescentError) {
    guard let file = gzopen(path, "rb") else {
      throw DescentError(.file, "\(path): \(String(cString: strerror(errno)))")
    }
    self.file = file
    self.path = path
  }

  deinit { gzclose(file) }

  /// Up to `count` bytes; fewer only at the file's end.
  ///
  /// - Throws: `DescentError` if the compressed data is damaged or cut off.
  func read(_ count: Int) throws(DescentError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      // In pieces, so that a header that lies about the size does not take all memory.
      var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 1 << 24))
      let got = gzread(file, &piece, UInt32(piece.count))
      var code: Int32 = 0
      let reason = String(cString: gzerror(file, &code))
      if got < 0 || code < 0 {
        throw DescentError(.format, "\(path): damaged or cut off: \(reason)")
      }
      if got == 0 { break }
      bytes += piece.prefix(Int(got))
    }
    return bytes
  }
}

/// CRC-32 as gzip and PNG use it; `after` is that of the bytes before.
func crc32(_ bytes: UnsafeRawBufferPointer, after: UInt32 = 0) -> UInt32 {
  UInt32(
    truncatingIfNeeded: crc32_z(
      UInt(after), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}
