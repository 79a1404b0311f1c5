/// A data set in batches, as `torch.utils.data.DataLoader`: iterate over it once an epoch.
///
///     for batch in loader { ... }
///
/// Shuffled orders are PyTorch's own: those of `DataLoader(..., generator: torch.Generator().manual_seed(seed))`
/// where a seed is given, else those that follow from `manualSeed`.
public final class DataLoader<Source: Dataset>: Sequence {
  /// The samples.
  public let dataset: Source
  /// How many samples a batch has; the last one may have fewer.
  public let batchSize: Int
  /// Whether each epoch has a new random order.
  public let shuffle: Bool
  /// Whether a last batch of fewer samples is left out.
  public let dropLast: Bool
  private let generator: Descent.Generator?

  /// A loader for a data set.
  ///
  /// - Throws: `DescentError` for a batch size below 1.
  public init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, dropLast: Bool = false, seed: UInt64? = nil
  ) throws(DescentError) {
    guard batchSize >= 1 else {
      throw DescentError(.invalidArgument, "batch size is \(batchSize), must be at least 1")
    }
    self.dataset = dataset
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.dropLast = dropLast
    generator = seed.map(Descent.Generator.init(seed:))
  }

  /// The number of batches in an epoch.
  public var batchCount: Int {
    dropLast ? dataset.count / batchSize : (dataset.count + batchSize - 1) / batchSize
  }

  /// The batches of one epoch.
  public func makeIterator() -> Iterator {
    Iterator(loader: self, order: nextOrder())
  }

  /// The order of the next epoch. PyTorch draws a seed for its workers first, and where it has no generator of
  /// its own one for the order; it draws one more permutation at an epoch's end, and drops it.
  private func nextOrder() -> [Int] {
    guard let generator else {
      _ = Descent.Generator.default.next64()
      guard shuffle else { return Array(0..<dataset.count) }
      let shared = Descent.Generator.default
      return Descent.Generator(seed: shared.next64() & 0x7fff_ffff_ffff_ffff).permutation(dataset.count)
    }
    _ = generator.next64()
    guard shuffle else { return Array(0..<dataset.count) }
    let order = generator.permutation(dataset.count)
    _ = generator.permutation(dataset.count)
    return order
  }

  /// Where the random orders have got to, for checkpoints; nil without a seed of its own.
  var generatorState: [UInt8]? {
    get { generator?.serialized }
  }

  func restoreGenerator(_ bytes: [UInt8]) -> Bool { generator?.restore(bytes) ?? false }

  /// Goes through one epoch.
  public struct Iterator: IteratorProtocol {
    fileprivate let loader: DataLoader
    fileprivate let order: [Int]
    private var position = 0

    fileprivate init(loader: DataLoader, order: [Int]) {
      self.loader = loader
      self.order = order
    }

    /// Passes over batches without reading them.
    mutating func skip(_ batches: Int) {
      position = Swift.min(position + batches * loader.batchSize, order.count)
    }

    /// The next batch; nil at the epoch's end.
    public mutating func next() -> Batch? {
      let end = Swift.min(position + loader.batchSize, order.count)
      guard position < end, !(loader.dropLast && end - position < loader.batchSize) else { return nil }
      defer { position = end }
      return loader.dataset.batch(order[position..<end])
    }
  }
}
