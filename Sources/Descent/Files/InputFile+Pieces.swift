#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading a file piece by piece, for what is too large to be there twice.
extension InputFile {
  /// Fills `bytes` with what comes next; the number of bytes there were, fewer only at the file's end. 0, or below it
  /// the system's reason negated.
  func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    while count < bytes.count {
      #if canImport(Glibc)
        let got = Glibc.read(descriptor, bytes.baseAddress! + count, bytes.count - count)
      #else
        let got = Darwin.read(descriptor, bytes.baseAddress! + count, bytes.count - count)
      #endif
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { return Int(-errno) }
      if got == 0 { break }
      count += got
    }
    return count
  }
}
