/// A data set in batches, as `torch.utils.data.DataLoader`: iterate over it once an epoch.
///
///     for batch in loader { ... }
///
/// Where reading can fail, `loader.forEachBatch` and `loader.beginEpoch()` throw; `for` stops the program.
///
/// Random orders are PyTorch's own: those of `DataLoader(..., generator: torch.Generator().manual_seed(seed))`
/// where a seed is given, else those that follow from `manualSeed`. One batch of all samples, batches of some, and batches
/// of one are the lecture's full-batch, mini-batch and stochastic gradient descent: `batchSize` is the difference.
public final class DataLoader<Source: Dataset>: Sequence, BatchSource {
  /// The samples.
  public let dataset: Source
  /// How many samples a batch has; the last one may have fewer.
  public let batchSize: Int
  /// Which samples an epoch has, in which order.
  public let sampler: any Sampler
  /// Whether a last batch of fewer samples is left out.
  public let dropLast: Bool
  /// The seed of the random orders; nil where they follow from `manualSeed`.
  public let seed: UInt64?
  /// The number of the epoch to come, from 0. It counts up by itself.
  public var epoch = 0

  private let generator: Descent.Generator?
  private let makeReader: (BatchPlan) -> () throws(DescentError) -> Batch?
  /// An epoch without a seed that is to be given again.
  private var begun: LoaderState?

  init(
    _ dataset: Source, _ batchSize: Int, _ sampler: any Sampler, _ dropLast: Bool, _ seed: UInt64?,
    _ makeReader: @escaping (BatchPlan) -> () throws(DescentError) -> Batch?
  ) throws(DescentError) {
    guard batchSize >= 1 else {
      throw DescentError(.invalidArgument, "batch size is \(batchSize), must be at least 1")
    }
    try sampler.check(samples: dataset.count)
    (self.dataset, self.batchSize, self.sampler) = (dataset, batchSize, sampler)
    (self.dropLast, self.seed, self.makeReader) = (dropLast, seed, makeReader)
    generator = seed.map(Descent.Generator.init(seed:))
  }

  /// Whether each epoch has a new random order.
  public var shuffle: Bool { !(sampler is SequentialSampler) }

  /// How many samples the sampler takes for an epoch; those of a batch that is left out are among them.
  public var sampleCount: Int { sampler.count(of: dataset.count) }

  /// The number of batches in an epoch.
  public var batchCount: Int { plan([]).size(of: sampleCount).batches }

  /// How much an epoch has.
  public var epochSize: EpochSize? { plan([]).size(of: sampleCount) }

  /// The batches of one epoch.
  public func makeIterator() -> BatchIterator {
    do throws(DescentError) {
      return try beginEpoch(after: 0)
    } catch {
      return BatchIterator(state: state) { () throws(DescentError) in throw error }
    }
  }

  /// Begins the next epoch, past so many of its samples, in batches that need not be those of before.
  ///
  /// - Throws: `DescentError` where the sampler's order is not one of the data set's samples.
  public func beginEpoch(after samples: Int) throws(DescentError) -> BatchIterator {
    let (order, state) = nextOrder()
    try check(order)
    var plan = plan(order)
    plan.skip(samples)
    return BatchIterator(state: state, size: plan.remaining, makeReader(plan))
  }

  private func plan(_ order: [Int]) -> BatchPlan {
    BatchPlan(order: order, batchSize: batchSize, dropLast: dropLast)
  }

  private func check(_ order: [Int]) throws(DescentError) {
    guard order.count == sampleCount else {
      throw DescentError(
        .mismatch,
        "the sampler (\(sampler)) promised \(sampleCount) samples of an epoch, and gave \(order.count)")
    }
    if let place = order.firstIndex(where: { !(0..<dataset.count).contains($0) }) {
      throw DescentError(
        .mismatch,
        "the sampler (\(sampler)) gave sample \(order[place]) at place \(place), outside the \(dataset.count) samples"
      )
    }
  }

  // MARK: Order

  /// The order of the next epoch. PyTorch draws a seed for its workers first, from the generator that it is given or the
  /// default one.
  private func nextOrder() -> (order: [Int], LoaderState) {
    var state = state
    // A seed says as much before the epoch as in it.
    state.hasBegun = generator == nil
    let source: Descent.Generator
    if let generator {
      _ = generator.next64()
      source = generator
    } else if let begun {
      source = Descent.Generator(seed: 0)
      if let bytes = begun.generator { source.restore(bytes) }
    } else {
      (source, state.generator) = drawSource()
    }
    begun = nil
    defer { epoch += 1 }
    return (sampler.order(of: dataset.count, epoch: epoch, generator: source), state)
  }

  /// What an epoch without a seed is drawn from, and its state now.
  private func drawSource() -> (Descent.Generator, [UInt8]?) {
    let shared = Descent.Generator.default
    _ = shared.next64()
    switch sampler.randomness {
    case .none: return (shared, nil)
    case .shared: return (shared, shared.serialized)
    case .seeded:
      let own = Descent.Generator(seed: shared.next64() & 0x7fff_ffff_ffff_ffff)
      return (own, own.serialized)
    }
  }

  /// Where the next epoch will begin.
  public var state: LoaderState {
    if let begun { return begun }
    let isRandom = sampler.randomness != .none
    return LoaderState(
      samples: dataset.count, length: sampleCount, sampler: "\(sampler)", seed: isRandom ? seed : nil,
      epoch: epoch,
      generator: isRandom ? generator?.serialized : nil)
  }

  /// Goes back to where an epoch began, or will begin. Of another seed's state only the epoch's number is taken.
  public func restore(_ state: LoaderState) {
    epoch = state.epoch
    begun = nil
    let own = self.state
    guard own.seed == state.seed && own.sampler == state.sampler else { return }
    if let generator {
      if let bytes = state.generator { generator.restore(bytes) }
    } else if state.hasBegun {
      begun = state
    }
  }
}

/// An epoch's order, cut into batches.
struct BatchPlan: Sendable {
  let order: [Int]
  let batchSize: Int
  let dropLast: Bool
  private var position = 0

  init(order: [Int], batchSize: Int, dropLast: Bool) {
    (self.order, self.batchSize, self.dropLast) = (order, batchSize, dropLast)
  }

  /// What there is in so many samples.
  func size(of samples: Int) -> EpochSize {
    let (whole, rest) = samples.quotientAndRemainder(dividingBy: batchSize)
    return dropLast || rest == 0
      ? EpochSize(samples: whole * batchSize, batches: whole)
      : EpochSize(samples: samples, batches: whole + 1)
  }

  /// What is to come.
  var remaining: EpochSize { size(of: order.count - position) }

  /// Passes over samples without reading them.
  mutating func skip(_ samples: Int) { position += min(samples, order.count - position) }

  /// The numbers of the next batch's samples; nil at the end.
  mutating func next() -> ArraySlice<Int>? {
    let count = min(batchSize, order.count - position)
    guard count == batchSize || count > 0 && !dropLast else { return nil }
    let end = position + count
    defer { position = end }
    return order[position..<end]
  }

  /// Reads batch by batch.
  func reader(
    _ read: @escaping (ArraySlice<Int>) throws(DescentError) -> Batch
  ) -> () throws(DescentError) -> Batch? {
    var plan = self
    return { () throws(DescentError) in
      guard let indices = plan.next() else { return nil }
      return try read(indices)
    }
  }
}
