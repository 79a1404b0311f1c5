/// The extent of each dimension of a tensor, outermost first; `[]` is a scalar's.
///
/// At most `Shape.maximumRank` dimensions: they are kept in place, without an allocation.
public struct Shape: Hashable, Sendable, RandomAccessCollection, ExpressibleByArrayLiteral,
  CustomStringConvertible
{
  /// The most dimensions a tensor can have.
  public static let maximumRank = 8

  private var extents: (Int, Int, Int, Int, Int, Int, Int, Int)
  /// The number of dimensions.
  public private(set) var rank: Int
  /// The number of elements: the product of the extents.
  public private(set) var elementCount: Int

  /// The shape with these extents, none of them negative.
  public init(_ extents: some Sequence<Int>) {
    self.extents = (0, 0, 0, 0, 0, 0, 0, 0)
    rank = 0
    elementCount = 1
    for extent in extents { append(extent) }
  }

  /// The shape with these extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// A shape as C has it: `rank` extents, whose product is known to fit.
  @inline(__always)
  init(rank: Int, extents list: UnsafePointer<Int>) {
    extents = (0, 0, 0, 0, 0, 0, 0, 0)
    self.rank = rank
    elementCount = 1
    for d in 0..<rank {
      set(d, list[d])
      elementCount *= list[d]
    }
  }

  mutating func append(_ extent: Int) {
    demand(rank < Self.maximumRank, "a tensor has at most \(Self.maximumRank) dimensions")
    demand(extent >= 0, "an extent is \(extent), must not be negative")
    rank += 1
    set(rank - 1, extent)
    let (product, overflows) = elementCount.multipliedReportingOverflow(by: extent)
    demand(!overflows, "a shape of \(description) has too many elements")
    elementCount = product
  }

  private mutating func set(_ index: Int, _ extent: Int) {
    withUnsafeMutableBytes(of: &extents) { $0.storeBytes(of: extent, toByteOffset: index * 8, as: Int.self) }
  }

  /// 0
  public var startIndex: Int { 0 }
  /// The number of dimensions.
  public var endIndex: Int { rank }

  /// The extent of dimension `index`.
  public subscript(index: Int) -> Int {
    demand(index >= 0 && index < rank, "dimension \(index) of the shape \(description)")
    return withUnsafeBytes(of: extents) { $0.load(fromByteOffset: index * 8, as: Int.self) }
  }

  /// Whether all extents agree.
  public static func == (a: Shape, b: Shape) -> Bool {
    guard a.rank == b.rank && a.elementCount == b.elementCount else { return false }
    for d in 0..<a.rank where a[d] != b[d] { return false }
    return true
  }

  /// Hashes the extents.
  public func hash(into hasher: inout Hasher) {
    for extent in self { hasher.combine(extent) }
  }

  /// The extents, as "[2, 3]".
  public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }

  /// The same shape with one dimension's extent changed.
  func replacing(_ index: Int, with extent: Int) -> Shape {
    Shape(enumerated().map { $0.offset == index ? extent : $0.element })
  }

  /// Calls `body` with the rank and the extents as C wants them.
  @inline(__always)
  func withExtents<Result>(_ body: (Int, UnsafePointer<Int>) -> Result) -> Result {
    withUnsafeBytes(of: extents) {
      body(rank, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int.self))
    }
  }
}
