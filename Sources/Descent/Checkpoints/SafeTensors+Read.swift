import CDescent
import Foundation

extension SafeTensors {
  /// Reads all tensors of a file, and its metadata. 16-bit numbers, F16 and BF16, become float32, exactly.
  ///
  /// - Throws: `DescentError` that names the file and what is wrong with it; no tensor is half read.
  public static func read(_ path: String) throws(DescentError) -> (
    tensors: [String: Tensor], metadata: [String: String]
  ) {
    var reader = try SafeTensorsReader(path)
    let (entries, metadata) = try reader.header()
    return (try reader.tensors(entries, checksum: metadata[checksumKey]), metadata)
  }
}

/// A file on its way into tensors: each piece is read to where it belongs, so that the file is in memory once.
private struct SafeTensorsReader: ~Copyable {
  private let file: InputFile
  private let path: String
  /// The file's first bytes.
  private var start: [UInt8] = []
  private var checksum: UInt32 = 0

  /// The reference implementation's limit.
  private static let longestHeader = 100_000_000
  /// Bytes converted at a time.
  private static let piece = 1 << 16

  init(_ path: String) throws(DescentError) {
    file = try InputFile(path)
    self.path = path
  }

  // MARK: Header

  /// The tensors' entries, each checked and in the order of their bytes; and the metadata.
  mutating func header() throws(DescentError) -> ([(name: String, entry: Entry)], [String: String]) {
    start = try bytes(8)
    guard start.count == 8 else { throw damaged("only \(start.count) bytes") }
    let length = start.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= Self.longestHeader, Int(length) <= (file.size ?? .max) - 8 else {
      throw damaged("the header's length \(length) exceeds the file's")
    }
    let text = try bytes(Int(length))
    guard text.count == length else { throw damaged("it ends within the header") }
    guard let object = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else {
      throw damaged("its header is no JSON object")
    }
    guard let metadata = (object[SafeTensors.metadataKey] ?? [String: String]()) as? [String: String] else {
      throw damaged("its metadata is not all text")
    }
    var entries: [(name: String, entry: Entry)] = []
    for (name, value) in object where name != SafeTensors.metadataKey {
      entries.append((name, try entry(name, value)))
    }
    entries.sort { ($0.entry.start, $0.entry.end, $0.name) < ($1.entry.start, $1.entry.end, $1.name) }
    var end = 0
    for (name, entry) in entries {
      guard entry.start == end else { throw damaged("'\(name)' does not begin where the one before it ends") }
      end = entry.end
    }
    if let size = file.size, size - 8 - Int(length) != end {
      throw damaged("its tensors take \(end) bytes, and it has \(size - 8 - Int(length))")
    }
    return (entries, metadata)
  }

  /// A tensor's entry, whose place is as long as its shape asks.
  struct Entry {
    var type: ElementType
    var shape: [Int]
    var start, end: Int
  }

  private func entry(_ name: String, _ value: Any) throws(DescentError) -> Entry {
    guard let value = value as? [String: Any], let typeName = value["dtype"] as? String,
      let shape = value["shape"] as? [Int], let place = value["data_offsets"] as? [Int]
    else { throw damaged("'\(name)' lacks a dtype, a shape or data_offsets") }
    guard let type = ElementType(rawValue: typeName) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw DescentError(.format, "\(path): '\(name)' is of type \(typeName); what is read is \(known)")
    }
    var size = type.size
    for extent in shape {
      let (product, overflows) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else { throw damaged("'\(name)' has the shape \(shape)") }
      size = product
    }
    guard shape.count <= Shape.maximumRank, place.count == 2, place[0] >= 0, place[0] <= place[1],
      place[1] - place[0] == size
    else { throw damaged("'\(name)' of shape \(shape) does not fit its place \(place)") }
    return Entry(type: type, shape: shape, start: place[0], end: place[1])
  }

  // MARK: Tensors

  /// Reads the tensors, which are all that is left of the file.
  mutating func tensors(
    _ entries: [(name: String, entry: Entry)], checksum expected: String?
  ) throws(DescentError) -> [String: Tensor] {
    try checkMemory(entries)
    var tensors: [String: Tensor] = [:]
    for (name, entry) in entries {
      let tensor = Tensor(uninitialized: Shape(entry.shape), dtype: entry.type.dtype)
      let place = UnsafeMutableRawBufferPointer(
        start: tensor.mutableData, count: tensor.count * tensor.dtype.size)
      if let half = entry.type.half {
        try widen(half, place, name)
      } else {
        try fill(place, name)
      }
      guard entry.type != .bool || place.allSatisfy({ $0 <= 1 }) else {
        throw damaged("'\(name)' has bytes other than 0 and 1")
      }
      tensors[name] = tensor
    }
    guard try bytes(1).isEmpty else { throw damaged("bytes at its end belong to no tensor") }
    guard (expected ?? String(checksum)) == String(checksum) else {
      throw damaged("the tensors' checksum is wrong")
    }
    return tensors
  }

  /// Throws where the system would not give what the tensors will need.
  private func checkMemory(_ entries: [(name: String, entry: Entry)]) throws(DescentError) {
    var (needed, overflows) = (0, false)
    for (_, entry) in entries {
      let (bytes, exceeds) = (entry.end - entry.start).multipliedReportingOverflow(by: entry.type.growth)
      overflows = overflows || exceeds || needed.addingReportingOverflow(bytes).overflow
      needed &+= bytes
    }
    guard !overflows, Memory.holds(needed) else {
      throw DescentError(.resources, "\(path): memory does not hold its tensors")
    }
  }

  /// Reads 16-bit numbers and spreads them out.
  private mutating func widen(
    _ half: dsc_half, _ place: UnsafeMutableRawBufferPointer, _ name: String
  ) throws(DescentError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.piece, alignment: 64)
    defer { buffer.deallocate() }
    let numbers = place.bindMemory(to: Float.self)
    for first in stride(from: 0, to: numbers.count, by: Self.piece / 2) {
      let count = min(Self.piece / 2, numbers.count - first)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(2 * count)])
      try fill(part, name)
      require(dsc_widen(half, count, part.baseAddress, numbers.baseAddress! + first))
    }
  }

  // MARK: Bytes

  /// Fills a tensor's bytes, all of which must be there.
  private mutating func fill(_ place: UnsafeMutableRawBufferPointer, _ name: String) throws(DescentError) {
    guard try count(file.fill(place)) == place.count else { throw damaged("it ends within '\(name)'") }
    checksum = crc32(UnsafeRawBufferPointer(place), after: checksum)
  }

  /// The next bytes: so many, or those up to the file's end. In pieces, since a length may lie.
  private func bytes(_ wanted: Int) throws(DescentError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < wanted {
      let before = bytes.count
      bytes += [UInt8](repeating: 0, count: min(wanted - before, 1 << 20))
      let got = try count(bytes.withUnsafeMutableBytes { file.fill(.init(rebasing: $0[before...])) })
      bytes.removeLast(bytes.count - before - got)
      if got == 0 { break }
    }
    return bytes
  }

  private func count(_ result: Int) throws(DescentError) -> Int {
    guard result >= 0 else {
      throw DescentError(.file, "\(path): cannot be read: \(Descriptor.reason(Int32(-result)))")
    }
    return result
  }

  // MARK: What is wrong

  /// The error for a file that cannot be what it should: it says what the file is, where its first bytes tell.
  private func damaged(_ what: String) -> DescentError {
    let torch = "convert it in Python with safetensors.torch.save_file"
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      return DescentError(.format, "\(path): a PyTorch zip archive (.pt), not a safetensors file; \(torch)")
    }
    if start.count > 1 && start[0] == 0x80 && (2...5).contains(start[1]) {
      return DescentError(.format, "\(path): a Python pickle (an old .pt), not a safetensors file; \(torch)")
    }
    return DescentError(.format, "\(path): not a sound safetensors file: \(what)")
  }
}

/// The element types that are read, by the format's names.
private enum ElementType: String, CaseIterable {
  case f32 = "F32"
  case f64 = "F64"
  case i64 = "I64"
  case u8 = "U8"
  case bool = "BOOL"
  case f16 = "F16"
  case bf16 = "BF16"

  /// What they become.
  var dtype: DType {
    switch self {
    case .f64: .float64
    case .i64: .int64
    case .u8: .uint8
    case .bool: .bool
    case .f32, .f16, .bf16: .float32
    }
  }

  /// How they are spread out; nil if they are stored as they are computed with.
  var half: dsc_half? {
    switch self {
    case .f16: DSC_HALF_FLOAT16
    case .bf16: DSC_HALF_BFLOAT16
    default: nil
    }
  }

  /// Bytes in the file, and how many times as many in memory.
  var size: Int { dtype.size / growth }
  var growth: Int { half == nil ? 1 : 2 }
}
