/// A data set whose batches are changed as they are read: see `Dataset.mapped(_:)`.
public struct MappedDataset<Base: Dataset>: Dataset {
  /// Where the samples come from.
  public let base: Base
  private let change: (Batch) throws(DescentError) -> Batch

  fileprivate init(_ base: Base, _ change: @escaping (Batch) throws(DescentError) -> Batch) {
    (self.base, self.change) = (base, change)
  }

  /// The number of samples.
  public var count: Int { base.count }

  /// The samples of these numbers, changed.
  ///
  /// - Throws: what the base or the change throws; `DescentError` of code `mismatch` where the change gives another number
  ///   of samples.
  public func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch {
    let batch = try change(base.batch(indices))
    guard batch.count == indices.count else {
      throw DescentError(
        .mismatch, "a mapped batch has \(batch.count) samples of the \(indices.count) it was made of")
    }
    return batch
  }
}

extension Dataset {
  /// The same samples, with every batch changed as it is read: other types, scaled targets, noise.
  ///
  ///     let flat = images.mapped { Batch(inputs: $0.inputs.flattened(), targets: $0.targets) }
  ///
  /// The change keeps the number of samples, and their order.
  public func mapped(_ change: @escaping (Batch) throws(DescentError) -> Batch) -> MappedDataset<Self> {
    MappedDataset(self, change)
  }
}
