/// An array in the IDX format of the MNIST files, plain or gzipped.
///
/// Header, big-endian: two zero bytes, the element type, the number of dimensions, then each extent in 32 bits.
public struct IDXFile: Sendable {
  /// The type of the elements.
  public enum Element: UInt8, Sendable {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    /// Bytes an element takes.
    public var size: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  /// The type of the elements.
  public let element: Element
  /// The extents, outermost first.
  public let shape: [Int]
  /// The elements, row by row, big-endian.
  public let bytes: [UInt8]

  /// Reads a file.
  ///
  /// - Throws: `DescentError` that names the file if it is missing, damaged, cut off, too long, or no IDX file.
  public init(path: String) throws(DescentError) {
    try self.init(path: path) { (_, _) throws(DescentError) in }
  }

  /// Reads a file whose type and extents `check` accepts: before its elements take time and memory.
  private init(
    path: String, check: (_ element: Element, _ shape: [Int]) throws(DescentError) -> Void
  ) throws(DescentError) {
    let file = try GzipFile(path: path)
    let start = try file.read(4)
    guard start.count == 4, start[0] == 0, start[1] == 0, let element = Element(rawValue: start[2]) else {
      throw DescentError(.format, "\(path): not an IDX file: it does not start with 0, 0 and an element type")
    }
    let rank = Int(start[3])
    guard (1...Shape.maximumRank).contains(rank) else {
      throw DescentError(.format, "\(path): \(rank) dimensions, must be 1...\(Shape.maximumRank)")
    }
    let header = try file.read(4 * rank)
    guard header.count == 4 * rank else {
      throw DescentError(.format, "\(path): cut off in the header")
    }
    let shape = stride(from: 0, to: header.count, by: 4).map { i in
      header[i..<i + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var size = element.size
    // An extent of 0 does not excuse the others: whoever multiplies two of them must not overflow.
    for extent in shape {
      let (product, overflows) = size.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflows, product < 1 << 48 else {
        throw DescentError(.format, "\(path): extents \(shape) are not to be believed")
      }
      size = product
    }
    if shape.contains(0) { size = 0 }
    try check(element, shape)
    if let most = file.mostBytes, size > most {
      throw DescentError(
        .format,
        "\(path): cut off: the file can hold \(most) bytes at most, the header \(shape) promises \(size)")
    }
    bytes = try file.read(size)
    guard bytes.count == size else {
      throw DescentError(
        .format, "\(path): cut off: \(bytes.count) bytes of elements, the header \(shape) promises \(size)")
    }
    guard try file.read(1).isEmpty else {
      throw DescentError(.format, "\(path): longer than its header \(shape) says")
    }
    self.element = element
    self.shape = shape
  }

  /// An array of bytes.
  ///
  /// - Precondition: there are as many as the shape says.
  public init(shape: [Int], bytes: [UInt8]) {
    demand(
      (1...Shape.maximumRank).contains(shape.count) && bytes.count == Shape(shape).elementCount,
      "IDXFile: \(bytes.count) bytes for the shape \(shape)")
    element = .uint8
    self.shape = shape
    self.bytes = bytes
  }

  /// Writes the file, plain, whole or not at all.
  ///
  /// - Throws: `DescentError` with the path and the reason.
  public func write(to path: String) throws(DescentError) {
    let header =
      [0, 0, element.rawValue, UInt8(shape.count)]
      + shape.flatMap { extent -> [UInt8] in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) } }
    try header.withUnsafeBufferPointer { header throws(DescentError) in
      try bytes.withUnsafeBufferPointer { bytes throws(DescentError) in
        try AtomicFile.write([UnsafeRawBufferPointer(header), UnsafeRawBufferPointer(bytes)], to: path)
      }
    }
  }

  /// The elements as a tensor: float64 where the file has that, else float32.
  public var tensor: Tensor {
    func values<Raw: FixedWidthInteger>(_ type: Raw.Type) -> [Raw] {
      bytes.withUnsafeBytes { buffer in
        (0..<bytes.count / MemoryLayout<Raw>.size).map {
          Raw(bigEndian: buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Raw>.size, as: type))
        }
      }
    }
    let target = Shape(shape)
    return switch element {
    case .uint8: Tensor(values(UInt8.self).map(Float.init), shape: target)
    case .int8: Tensor(values(Int8.self).map(Float.init), shape: target)
    case .int16: Tensor(values(Int16.self).map(Float.init), shape: target)
    case .int32: Tensor(values(Int32.self).map(Float.init), shape: target)
    case .float32: Tensor(values(UInt32.self).map(Float.init(bitPattern:)), shape: target)
    case .float64: Tensor(values(UInt64.self).map(Double.init(bitPattern:)), shape: target)
    }
  }
}

extension IDXFile {
  /// The file's array, which must be bytes with the dimensions that `extents` names.
  ///
  /// - Throws: `DescentError` that names the file if it is something else, or cannot be read.
  public static func bytes(path: String, extents: [String]) throws(DescentError) -> IDXFile {
    try bytes(path: path, extents: extents) { _ throws(DescentError) in }
  }

  fileprivate static func bytes(
    path: String, extents: [String], check: (_ shape: [Int]) throws(DescentError) -> Void
  ) throws(DescentError) -> IDXFile {
    try IDXFile(path: path) { element, shape throws(DescentError) in
      guard element == .uint8, shape.count == extents.count else {
        throw DescentError(
          .format,
          "\(path): \(element) elements of shape \(shape); must be uint8 [\(extents.joined(separator: ", "))]"
        )
      }
      try check(shape)
    }
  }
}

extension ImageDataset {
  /// Images and labels from two IDX files; without labels, all images have class 0.
  ///
  /// - Throws: `DescentError` that names the file if one is missing or damaged, or they do not go together.
  public init(images: String, labels: String?, classNames: [String]) throws(DescentError) {
    let source = [images, labels].compactMap { $0 }.joined(separator: " and ")
    // The small file first: by its count the large one's header is checked before that takes time and memory.
    let classes = try labels.map { path throws(DescentError) in
      try IDXFile.bytes(path: path, extents: ["count"]).bytes
    }
    let file = try IDXFile.bytes(path: images, extents: ["count", "height", "width"]) {
      shape throws(DescentError) in
      try Self.check(
        images: shape[0], height: shape[1], width: shape[2], labels: classes?.count ?? shape[0], source)
    }
    try self.init(
      pixels: file.bytes, labels: classes ?? [UInt8](repeating: 0, count: file.shape[0]),
      height: file.shape[1], width: file.shape[2], classNames: classNames, source: source)
  }
}
