import Foundation

/// Named tensors in a file of the safetensors format, which PyTorch and others read.
///
/// The file: 8 bytes with the header's length, little-endian; the header, JSON; the tensors' bytes. Descent adds a
/// CRC-32 of the latter to the metadata, and checks it where a file has one.
public enum SafeTensors {
  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private static let names: [DType: String] = [.float32: "F32", .float64: "F64", .int64: "I64"]
  private static let checksumKey = "crc32"
  private static let metadataKey = "__metadata__"
  /// The reference implementation's limit.
  private static let longestHeader = 100_000_000

  // MARK: Writing

  /// Writes tensors, and text about them, to a file, whole or not at all.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(DescentError) {
    // Larger alignments first, as the format advises; then by name, so that equal contents are equal files.
    let ordered = tensors.sorted { ($1.value.dtype.size, $0.key) < ($0.value.dtype.size, $1.key) }
    var entries: [String: Entry] = [:]
    var offset = 0
    var checksum: UInt32 = 0
    for (name, tensor) in ordered {
      let size = tensor.count * tensor.dtype.size
      entries[name] = Entry(
        dtype: names[tensor.dtype]!, shape: Array(tensor.shape), dataOffsets: [offset, offset + size])
      offset += size
      checksum = crc32(UnsafeRawBufferPointer(start: tensor.data, count: size), after: checksum)
    }
    var metadata = metadata
    metadata[checksumKey] = String(checksum)
    let header = try headerData(entries, metadata, path)
    var length = UInt64(header.count).littleEndian
    try withUnsafeBytes(of: &length) { lengthBytes throws(DescentError) in
      try header.withUnsafeBufferPointer { headerBytes throws(DescentError) in
        let contents = ordered.map {
          UnsafeRawBufferPointer(start: $0.value.data, count: $0.value.count * $0.value.dtype.size)
        }
        try AtomicFile.write([lengthBytes, UnsafeRawBufferPointer(headerBytes)] + contents, to: path)
      }
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

  // MARK: Reading

  /// Reads all tensors of a file, and its metadata.
  ///
  /// - Throws: `DescentError` that names the file and what is wrong with it; no tensor is half read.
  public static func read(_ path: String) throws(DescentError) -> (
    tensors: [String: Tensor], metadata: [String: String]
  ) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw DescentError(.file, "\(path): cannot be read: \((error as NSError).localizedDescription)")
    }
    func damaged(_ what: String) -> DescentError {
      DescentError(.format, "\(path): not a sound safetensors file: \(what)")
    }
    guard data.count >= 8 else { throw damaged("only \(data.count) bytes") }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= longestHeader, Int(length) <= data.count - 8 else {
      throw damaged("the header's length \(length) exceeds the file's")
    }
    let (entries, metadata) = try header(data.subdata(in: 8..<8 + Int(length)), damaged)
    let contents = data.subdata(in: 8 + Int(length)..<data.count)
    let checksum = contents.withUnsafeBytes { String(crc32($0)) }
    guard metadata[checksumKey] ?? checksum == checksum else {
      throw damaged("the tensors' checksum is wrong")
    }
    var tensors: [String: Tensor] = [:]
    var end = 0
    for (name, entry) in entries.sorted(by: {
      $0.value.dataOffsets.lexicographicallyPrecedes($1.value.dataOffsets)
    }) {
      guard let dtype = names.first(where: { $0.value == entry.dtype })?.key else {
        throw damaged("'\(name)' is of type \(entry.dtype); F32, F64 and I64 are read")
      }
      var size = dtype.size
      for extent in entry.shape {
        let (product, overflows) = size.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflows else { throw damaged("'\(name)' has the shape \(entry.shape)") }
        size = product
      }
      guard entry.shape.count <= Shape.maximumRank, entry.dataOffsets.count == 2,
        entry.dataOffsets[0] == end,
        entry.dataOffsets[1] - end == size, entry.dataOffsets[1] <= contents.count
      else {
        throw damaged("'\(name)' of shape \(entry.shape) does not fit its place \(entry.dataOffsets)")
      }
      end += size
      let tensor = Tensor(uninitialized: Shape(entry.shape), dtype: dtype)
      contents.withUnsafeBytes {
        if let base = $0.baseAddress {
          tensor.data.copyMemory(from: base + entry.dataOffsets[0], byteCount: size)
        }
      }
      tensors[name] = tensor
    }
    guard end == contents.count else { throw damaged("\(contents.count - end) bytes belong to no tensor") }
    return (tensors, metadata)
  }

  private static func header(
    _ data: Data, _ damaged: (String) -> DescentError
  ) throws(DescentError) -> ([String: Entry], [String: String]) {
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw damaged("its header is no JSON object")
    }
    var entries: [String: Entry] = [:]
    for (name, value) in object where name != metadataKey {
      guard let value = value as? [String: Any], let dtype = value["dtype"] as? String,
        let shape = value["shape"] as? [Int], let offsets = value["data_offsets"] as? [Int]
      else { throw damaged("'\(name)' lacks a dtype, a shape or data_offsets") }
      entries[name] = Entry(dtype: dtype, shape: shape, dataOffsets: offsets)
    }
    guard let metadata = (object[metadataKey] ?? [String: String]()) as? [String: String] else {
      throw damaged("its metadata is not all text")
    }
    return (entries, metadata)
  }
}
