/// Batches of a sequence whose length nobody knows: lines of a log, a simulation, a socket. It takes the place of PyTorch's
/// `IterableDataset`.
///
///     let loader = try IterableLoader(samples, batchSize: 32)
///     try trainer.fit(loader, epochs: 3)
///
/// An epoch goes through the sequence once, and ends when it ends: for several epochs it must begin anew each time, as a
/// collection does. An epoch that was stopped goes on where it stood: what came before is read again, and dropped.
public final class IterableLoader: Sequence, BatchSource {
  typealias Reader = () throws(DescentError) -> Batch?
  /// Begins an epoch, past so many samples.
  private let begin: (Int) -> Reader
  private var epoch = 0

  private init(_ begin: @escaping (Int) -> Reader) { self.begin = begin }

  /// Batches of a sequence of samples.
  ///
  /// - Parameters:
  ///   - dropLast: whether a last batch of fewer samples is left out.
  ///   - collate: makes a batch of samples; nil: they are stacked.
  /// - Throws: `DescentError` for a batch size below 1.
  public convenience init<Samples: Sequence>(
    _ samples: Samples, batchSize: Int, dropLast: Bool = false,
    collate: (([Sample]) throws(DescentError) -> Batch)? = nil
  ) throws(DescentError) where Samples.Element == Sample {
    try Self.check(batchSize)
    self.init { Self.reader(samples, batchSize, dropLast, collate, after: $0) }
  }

  /// Batches of a sequence of samples, up to `prefetch` of them ahead on a thread of its own, where the sequence is gone
  /// through.
  ///
  /// - Throws: `DescentError` for a batch size or a number of batches ahead below 1.
  public convenience init<Samples: Sequence & Sendable>(
    _ samples: Samples, batchSize: Int, dropLast: Bool = false, prefetch: Int,
    collate: (@Sendable ([Sample]) throws(DescentError) -> Batch)? = nil
  ) throws(DescentError) where Samples.Element == Sample {
    try Self.check(batchSize)
    try Prefetcher.check(depth: prefetch)
    self.init { place in
      Prefetcher.reader(depth: prefetch) {
        Self.reader(samples, batchSize, dropLast, collate, after: place)
      }
    }
  }

  /// The batches of a sequence of batches.
  public convenience init<Batches: Sequence>(batches: Batches) where Batches.Element == Batch {
    self.init { place in
      var iterator = batches.makeIterator()
      return Self.reader({ () throws(DescentError) in iterator.next() }, after: place)
    }
  }

  /// Batches that a function gives, which may fail.
  ///
  /// - Parameter makeReader: begins an epoch: what it returns gives batch after batch, then nil.
  public convenience init(
    _ makeReader: @escaping () throws(DescentError) -> (() throws(DescentError) -> Batch?)
  ) {
    self.init { place in
      var read: Reader?
      let next = { () throws(DescentError) -> Batch? in
        if let read { return try read() }
        let own = try makeReader()
        read = own
        return try own()
      }
      return Self.reader(next, after: place)
    }
  }

  private static func check(_ batchSize: Int) throws(DescentError) {
    guard batchSize >= 1 else {
      throw DescentError(.invalidArgument, "batch size is \(batchSize), must be at least 1")
    }
  }

  private static func reader<Samples: Sequence>(
    _ samples: Samples, _ batchSize: Int, _ dropLast: Bool,
    _ collate: (([Sample]) throws(DescentError) -> Batch)?, after place: Int
  ) -> Reader where Samples.Element == Sample {
    var iterator = samples.makeIterator()
    var toDrop = place
    return { () throws(DescentError) in
      while toDrop > 0, iterator.next() != nil { toDrop -= 1 }
      toDrop = 0
      var list: [Sample] = []
      while list.count < batchSize, let sample = iterator.next() { list.append(sample) }
      guard !list.isEmpty, !dropLast || list.count == batchSize else { return nil }
      guard let collate else { return try Batch(stacking: list) }
      return try collate(list)
    }
  }

  private static func reader(_ next: @escaping Reader, after place: Int) -> Reader {
    var passed = 0
    return { () throws(DescentError) in
      while passed < place {
        guard let batch = try next() else { return nil }
        passed += batch.count
        guard passed <= place else {
          throw DescentError(
            .mismatch,
            "the epoch cannot go on after sample \(place): its batches end after \(passed - batch.count) and \(passed)"
          )
        }
      }
      return try next()
    }
  }

  /// Not known.
  public var epochSize: EpochSize? { nil }

  /// The batches of one epoch.
  public func makeIterator() -> BatchIterator { beginEpoch(after: 0) }

  /// Begins the next epoch, past so many of its samples.
  public func beginEpoch(after samples: Int) -> BatchIterator {
    defer { epoch += 1 }
    return BatchIterator(state: state, begin(samples))
  }

  /// Where the next epoch will begin: its number.
  public var state: LoaderState { LoaderState(sampler: "a sequence", epoch: epoch) }

  /// Takes over an epoch's number.
  public func restore(_ state: LoaderState) { epoch = state.epoch }
}
