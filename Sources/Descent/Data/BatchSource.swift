/// What a model is trained and evaluated on: a `DataLoader`, an `IterableLoader`, or a type of your own that gives batches epoch
/// by epoch.
public protocol BatchSource {
  /// How much an epoch has; nil where that shows only at its end.
  var epochSize: EpochSize? { get }
  /// Begins the next epoch, past so many of its samples.
  ///
  /// - Throws: `DescentError` where it cannot begin there.
  func beginEpoch(after samples: Int) throws(DescentError) -> BatchIterator
  /// Where the next epoch will begin.
  var state: LoaderState { get }
  /// Goes back to where `state`, or an epoch's, was taken: the next epoch has the same order as the one that followed then. Of
  /// another seed's state only the epoch's number is taken.
  func restore(_ state: LoaderState)
}

/// How much an epoch has.
public struct EpochSize: Sendable, Equatable {
  /// Samples.
  public var samples: Int
  /// Batches.
  public var batches: Int

  /// A size.
  public init(samples: Int, batches: Int) { (self.samples, self.batches) = (samples, batches) }
}

extension BatchSource {
  /// For a source whose epochs are all alike, in an order that follows from nothing.
  public var state: LoaderState {
    LoaderState(samples: epochSize?.samples, length: epochSize?.samples, sampler: "by \(Self.self)", epoch: 0)
  }
  /// Nothing to go back to.
  public func restore(_ state: LoaderState) {}
}

/// The batches of one epoch.
///
///     let batches = try loader.beginEpoch()
///     while let batch = try batches.nextBatch() { ... }
///
/// `for batch in loader { ... }` is shorter, and stops the program where a batch cannot be read, with the sentence that
/// `nextBatch()` throws: it is for data that is in memory.
public final class BatchIterator: IteratorProtocol {
  /// What the epoch's order follows from.
  public let state: LoaderState
  /// How much there was to come at first; nil where that is not known.
  private let size: EpochSize?
  private var taken = EpochSize(samples: 0, batches: 0)
  private var read: (() throws(DescentError) -> Batch?)?

  /// Batches that a function gives, until it gives nil.
  ///
  /// - Parameters:
  ///   - state: what the epoch's order follows from: the source's `state` before it began, where all epochs are alike.
  ///   - size: how much there will be, if that is known.
  public init(
    state: LoaderState, size: EpochSize? = nil, _ read: @escaping () throws(DescentError) -> Batch?
  ) {
    (self.state, self.size, self.read) = (state, size, read)
  }

  /// The batches to come; nil where that is not known.
  public var remaining: Int? { read == nil ? 0 : size.map { $0.batches - taken.batches } }

  /// The samples in them; nil where that is not known.
  public var remainingSamples: Int? { read == nil ? 0 : size.map { $0.samples - taken.samples } }

  /// The next batch; nil at the epoch's end.
  ///
  /// - Throws: what the data set throws. The epoch is over then.
  public func nextBatch() throws(DescentError) -> Batch? {
    guard let read else { return nil }
    do throws(DescentError) {
      if let batch = try read() {
        taken.batches += 1
        taken.samples += batch.count
        return batch
      }
    } catch {
      self.read = nil
      throw error
    }
    self.read = nil
    return nil
  }

  /// The next batch; nil at the epoch's end.
  ///
  /// - Precondition: it can be read.
  public func next() -> Batch? {
    do throws(DescentError) {
      return try nextBatch()
    } catch {
      stop("\(error.message) (nextBatch() throws this)")
    }
  }
}

extension BatchSource {
  /// Begins the next epoch.
  ///
  /// - Throws: `DescentError` where it cannot begin.
  public func beginEpoch() throws(DescentError) -> BatchIterator { try beginEpoch(after: 0) }

  /// Calls `body` with every batch of an epoch.
  ///
  /// - Throws: what the data set throws, and `body`.
  public func forEachBatch(_ body: (Batch) throws(DescentError) -> Void) throws(DescentError) {
    let batches = try beginEpoch()
    while let batch = try batches.nextBatch() { try body(batch) }
  }
}
