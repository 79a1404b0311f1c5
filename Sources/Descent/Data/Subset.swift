/// Some samples of a data set, as `torch.utils.data.Subset`.
public struct Subset<Base: Dataset>: Dataset {
  /// Where the samples come from.
  public let base: Base
  /// Their numbers there, in this data set's order.
  public let indices: [Int]

  init(_ base: Base, checked indices: [Int]) { (self.base, self.indices) = (base, indices) }

  /// The number of samples.
  public var count: Int { indices.count }

  /// The samples of these numbers.
  ///
  /// - Throws: what the base throws.
  public func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch {
    try base.batch(indices.map { self.indices[$0] }[...])
  }
}

extension Subset: Sendable where Base: Sendable {}

extension Subset: SampleDataset where Base: SampleDataset {
  /// The sample of a number.
  ///
  /// - Throws: what the base throws.
  public func sample(_ index: Int) throws(DescentError) -> Sample { try base.sample(indices[index]) }

  /// The samples of these numbers.
  ///
  /// - Throws: what the base throws.
  public func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch {
    try base.batch(indices.map { self.indices[$0] }[...])
  }
}

extension Dataset {
  /// The samples of these numbers, which may repeat.
  ///
  /// - Throws: `DescentError` for a number that no sample has.
  public func subset(_ indices: some Sequence<Int>) throws(DescentError) -> Subset<Self> {
    let indices = Array(indices)
    if let place = indices.firstIndex(where: { !(0..<count).contains($0) }) {
      throw DescentError(
        .invalidArgument,
        "sample \(indices[place]) at place \(place) of a subset is outside the \(count) samples")
    }
    return Subset(self, checked: indices)
  }
}
