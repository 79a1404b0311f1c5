import Foundation

/// Named tensors in a file of the safetensors format, which PyTorch and others read.
///
/// The file: 8 bytes with the header's length, little-endian; the header, JSON; the tensors' bytes. Descent adds a
/// CRC-32 of the latter to the metadata, and checks it where a file has one.
public enum SafeTensors {
  private struct Entry: Codable, Sendable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private static let names: [DType: String] = [
    .float32: "F32", .float64: "F64", .int64: "I64", .uint8: "U8", .bool: "BOOL", .float16: "F16",
    .bfloat16: "BF16",
  ]
  static let checksumKey = "crc32"
  static let metadataKey = "__metadata__"

  /// Writes tensors, and text about them, to a file, whole or not at all.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(DescentError) {
    try stage(tensors, metadata: metadata, for: path).commit()
  }

  /// Writes tensors to a file that has yet to be given its name.
  static func stage(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], for path: String
  ) throws(DescentError) -> StagedFile {
    let ordered = ordered(tensors)
    defer { withExtendedLifetime(ordered) {} }
    return try stage(entries(ordered), ordered.map { bytes($0.value) }, metadata, path)
  }

  /// Larger alignments first, as the format advises; then by name, so that equal contents are equal files.
  private static func ordered(_ tensors: [String: Tensor]) -> [(key: String, value: Tensor)] {
    tensors.mapValues { $0.contiguous() }.sorted {
      ($1.value.dtype.size, $0.key) < ($0.value.dtype.size, $1.key)
    }
  }

  private static func bytes(_ tensor: Tensor) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: tensor.data, count: tensor.count * tensor.dtype.size)
  }

  private static func entries(_ ordered: [(key: String, value: Tensor)]) -> [String: Entry] {
    var entries: [String: Entry] = [:]
    var offset = 0
    for (name, tensor) in ordered {
      let end = offset + bytes(tensor).count
      entries[name] = Entry(
        dtype: names[tensor.dtype]!, shape: Array(tensor.shape), dataOffsets: [offset, end])
      offset = end
    }
    return entries
  }

  private static func stage(
    _ entries: [String: Entry], _ contents: [UnsafeRawBufferPointer], _ metadata: [String: String],
    _ path: String
  ) throws(DescentError) -> StagedFile {
    var metadata = metadata
    metadata[checksumKey] = String(contents.reduce(UInt32(0)) { crc32($1, after: $0) })
    let header = try headerData(entries, metadata, path)
    var length = UInt64(header.count).littleEndian
    return try withUnsafeBytes(of: &length) { lengthBytes throws(DescentError) in
      try header.withUnsafeBufferPointer { headerBytes throws(DescentError) in
        try StagedFile([lengthBytes, UnsafeRawBufferPointer(headerBytes)] + contents, for: path)
      }
    }
  }

  /// A file's contents, copied: what another thread can write while the tensors change.
  struct Image: Sendable {
    private let entries: [String: Entry]
    private let metadata: [String: String]
    private let contents: Contents

    /// Bytes that nobody changes any more.
    private final class Contents: @unchecked Sendable {
      let bytes: UnsafeMutableRawBufferPointer
      init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }
      deinit { bytes.deallocate() }
    }

    /// A copy of tensors, with text about them.
    init(_ tensors: [String: Tensor], metadata: [String: String] = [:]) {
      let ordered = SafeTensors.ordered(tensors)
      contents = Contents(count: ordered.reduce(0) { $0 + SafeTensors.bytes($1.value).count })
      var offset = 0
      for (_, tensor) in ordered {
        let from = SafeTensors.bytes(tensor)
        UnsafeMutableRawBufferPointer(rebasing: contents.bytes[offset...]).copyMemory(from: from)
        offset += from.count
      }
      (entries, self.metadata) = (SafeTensors.entries(ordered), metadata)
      withExtendedLifetime(ordered) {}
    }

    /// Writes them to a file that has yet to be given its name.
    func stage(for path: String) throws(DescentError) -> StagedFile {
      try SafeTensors.stage(entries, [UnsafeRawBufferPointer(contents.bytes)], metadata, path)
    }
  }

  private static func headerData(
    _ entries: [String: Entry], _ metadata: [String: String], _ path: String
  ) throws(DescentError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      var text = String(decoding: try encoder.encode(entries), as: UTF8.self)
      let about = String(decoding: try encoder.encode([metadataKey: metadata]), as: UTF8.self)
      text = about.dropLast() + (entries.isEmpty ? "" : ",") + text.dropFirst()
      // Spaces, so that the tensors start at a multiple of 8.
      return Array(text.utf8) + [UInt8](repeating: 0x20, count: (8 - text.utf8.count % 8) % 8)
    } catch {
      throw DescentError(.format, "\(path): \(error)")
    }
  }
}
