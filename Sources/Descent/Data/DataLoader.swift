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
  /// The seed of the random orders; nil where they follow from `manualSeed`.
  public let seed: UInt64?
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
    self.seed = seed
    generator = seed.map(Descent.Generator.init(seed:))
  }

  /// The number of batches in an epoch.
  public var batchCount: Int {
    batches(in: dataset.count)
  }

  fileprivate func batches(in samples: Int) -> Int {
    samples / batchSize + (dropLast || samples % batchSize == 0 ? 0 : 1)
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

  func restoreGenerator(_ bytes: [UInt8]) { generator?.restore(bytes) }

  /// What the order of an epoch follows from, besides the generator's state.
  var epochOrder: EpochOrder { EpochOrder(samples: dataset.count, isShuffled: shuffle, seed: seed) }

  /// Goes through one epoch.
  public struct Iterator: IteratorProtocol {
    fileprivate let loader: DataLoader
    fileprivate let order: [Int]
    private var position = 0

    fileprivate init(loader: DataLoader, order: [Int]) {
      self.loader = loader
      self.order = order
    }

    /// Passes over samples without reading them.
    mutating func skip(_ samples: Int) { position += Swift.min(samples, order.count - position) }

    /// The batches to come.
    var remaining: Int { loader.batches(in: order.count - position) }

    /// The samples in them.
    var remainingSamples: Int {
      loader.dropLast ? remaining * loader.batchSize : order.count - position
    }

    /// The next batch; nil at the epoch's end.
    public mutating func next() -> Batch? {
      guard remaining > 0 else { return nil }
      let end = position + Swift.min(loader.batchSize, order.count - position)
      defer { position = end }
      return loader.dataset.batch(order[position..<end])
    }
  }
}
