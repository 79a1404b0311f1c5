extension DataLoader {
  /// A loader for a data set.
  ///
  /// - Parameters:
  ///   - shuffle: whether each epoch has a new random order: short for `sampler: RandomSampler()`.
  ///   - sampler: which samples an epoch has, in which order; nil: all of them.
  ///   - dropLast: whether a last batch of fewer samples is left out.
  ///   - seed: of the random orders; nil: they follow from `manualSeed`.
  /// - Throws: `DescentError` for a batch size below 1, for both `shuffle` and a sampler, and for a sampler that does not fit
  ///   the data set.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler)? = nil,
    dropLast: Bool = false, seed: UInt64? = nil
  ) throws(DescentError) {
    try self.init(dataset, batchSize, Self.sampler(sampler, shuffle), dropLast, seed) { plan in
      plan.reader { indices throws(DescentError) in try dataset.batch(indices) }
    }
  }

  private static func sampler(_ sampler: (any Sampler)?, _ shuffle: Bool) throws(DescentError) -> any Sampler
  {
    guard let sampler else { return shuffle ? RandomSampler() : SequentialSampler() }
    guard !shuffle else {
      throw DescentError(
        .invalidArgument, "a loader has both shuffle and a sampler (\(sampler)): it takes one of them")
    }
    return sampler
  }
}

extension DataLoader where Source: Sendable {
  /// A loader that reads up to `prefetch` batches ahead, on a thread of its own: for data that takes time to read or to
  /// decode.
  ///
  /// Order and numbers are those without it: the order is drawn by the thread that begins the epoch, and batches are read one
  /// after another. They are made in the context of the thread that begins the epoch. The thread ends with the epoch, or
  /// after the batch under way when the iterator goes away.
  ///
  /// - Throws: `DescentError` for fewer than one batch ahead, and as without it.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler)? = nil,
    dropLast: Bool = false, seed: UInt64? = nil, prefetch: Int
  ) throws(DescentError) {
    try Prefetcher.check(depth: prefetch)
    try self.init(dataset, batchSize, Self.sampler(sampler, shuffle), dropLast, seed) { plan in
      Prefetcher.reader(depth: prefetch) {
        plan.reader { indices throws(DescentError) in try dataset.batch(indices) }
      }
    }
  }
}

extension DataLoader where Source: SampleDataset {
  /// A loader whose batches a function makes of samples, in place of stacking them: sequences padded to the longest, for
  /// instance. As PyTorch's `collate_fn`.
  ///
  /// - Throws: as without it.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler)? = nil,
    dropLast: Bool = false, seed: UInt64? = nil,
    collate: @escaping ([Sample]) throws(DescentError) -> Batch
  ) throws(DescentError) {
    try self.init(dataset, batchSize, Self.sampler(sampler, shuffle), dropLast, seed) { plan in
      plan.reader { indices throws(DescentError) in try collate(dataset.samples(indices)) }
    }
  }
}

extension DataLoader where Source: SampleDataset & Sendable {
  /// A loader whose batches a function makes of samples, up to `prefetch` of them ahead on a thread of its own.
  ///
  /// - Throws: as without them.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler)? = nil,
    dropLast: Bool = false, seed: UInt64? = nil, prefetch: Int,
    collate: @escaping @Sendable ([Sample]) throws(DescentError) -> Batch
  ) throws(DescentError) {
    try Prefetcher.check(depth: prefetch)
    try self.init(dataset, batchSize, Self.sampler(sampler, shuffle), dropLast, seed) { plan in
      Prefetcher.reader(depth: prefetch) {
        plan.reader { indices throws(DescentError) in try collate(dataset.samples(indices)) }
      }
    }
  }
}
