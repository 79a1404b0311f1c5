import Foundation

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Writes the pieces one after another under a temporary name beside `path`, syncs them to disk, then gives the
  /// file its name. What stood under the name stays until then, and its owner and permissions stay after it.
  ///
  /// Symbolic links are followed. A device, a pipe, and what "/dev/stdout" stands for are written into.
  ///
  /// - Throws: `DescentError` with the path and the system's reason; nothing is left behind. A folder, a socket and a
  ///   disk are refused.
  public static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws(DescentError) {
    try StagedFile(pieces, for: path).commit()
  }

  /// Writes bytes.
  public static func write(_ data: Data, to path: String) throws(DescentError) {
    try data.withUnsafeBytes { bytes in
      Result { () throws(DescentError) in try write([bytes], to: path) }
    }.get()
  }

  /// Writes text.
  public static func write(_ text: String, to path: String) throws(DescentError) {
    try StagedFile(text, for: path).commit()
  }
}
