import CDescent

/// Samples in random order, as `torch.utils.data.RandomSampler`, whose orders it has: each once, or drawn with replacement.
///
/// Of n samples drawn n times with replacement, about 1 - 1/e = 0.632 are seen.
public struct RandomSampler: Sampler, CustomStringConvertible {
  /// Whether a sample may come again before all others have come.
  public let replacement: Bool
  /// How many an epoch has; nil: as many as the data set. Without replacement, all come before one comes again.
  public let samples: Int?

  /// Each sample once.
  public init() { (replacement, samples) = (false, nil) }

  /// A sampler of these options.
  ///
  /// - Throws: `DescentError` for a number of samples below 1.
  public init(replacement: Bool, samples: Int? = nil) throws(DescentError) {
    if let samples, samples < 1 {
      throw DescentError(.invalidArgument, "a random sampler's samples are \(samples), must be at least 1")
    }
    (self.replacement, self.samples) = (replacement, samples)
  }

  /// What an epoch has.
  public func count(of samples: Int) -> Int { samples == 0 ? 0 : self.samples ?? samples }

  /// PyTorch's order for the generator.
  public func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] {
    let count = count(of: samples)
    guard samples > 0 else { return [] }
    if replacement { return generator.integers(below: samples, count: count) }
    var order: [Int] = []
    order.reserveCapacity(count)
    for _ in 0..<count / samples { order += generator.permutation(samples) }
    // PyTorch draws this one even where nothing of it is needed.
    return order + generator.permutation(samples).prefix(count % samples)
  }

  /// "shuffled", or what else it is.
  public var description: String {
    let what = replacement ? "drawn with replacement" : "shuffled"
    return samples.map { "\(what), \($0) samples" } ?? what
  }
}

extension Generator {
  /// Numbers in `0..<high`, as `torch.randint`.
  ///
  /// - Precondition: `high` is at least 1.
  public func integers(below high: Int, count: Int) -> [Int] {
    demand(count >= 0, "integers: count is \(count)")
    var numbers = [Int64](repeating: 0, count: count)
    require(withState { dsc_random_integers(&$0, UInt64(clamping: high), count, &numbers) })
    return numbers.map(Int.init)
  }
}
