/// One process's share of a data set that several processes go through together, as
/// `torch.utils.data.distributed.DistributedSampler`.
///
/// Every process has the same number of samples. The order depends on the seed and on the loader's `epoch`, so that all
/// processes shuffle alike, and anew each epoch without being told (in PyTorch: `set_epoch`).
public struct DistributedSampler: Sampler, CustomStringConvertible {
  /// Which process this is, of how many.
  public let rank: Int, processes: Int
  /// Whether each epoch has a new random order.
  public let shuffle: Bool
  /// The seed, which is all processes'.
  public let seed: UInt64
  /// Whether samples that do not go round are left out; else the first ones come again.
  public let dropLast: Bool

  /// A sampler for a process.
  ///
  /// - Throws: `DescentError` for a rank outside `0..<processes`.
  public init(
    rank: Int, of processes: Int, shuffle: Bool = true, seed: UInt64 = 0, dropLast: Bool = false
  ) throws(DescentError) {
    guard processes >= 1 && (0..<processes).contains(rank) else {
      throw DescentError(
        .invalidArgument, "the rank of a distributed sampler is \(rank) of \(processes) processes")
    }
    (self.rank, self.processes, self.shuffle) = (rank, processes, shuffle)
    (self.seed, self.dropLast) = (seed, dropLast)
  }

  /// The process's share.
  public func count(of samples: Int) -> Int {
    samples / processes + (dropLast || samples % processes == 0 ? 0 : 1)
  }

  /// Every so many-th sample of the order that all processes share.
  public func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] {
    let all =
      shuffle
      ? Generator(seed: seed &+ UInt64(truncatingIfNeeded: epoch)).permutation(samples)
      : Array(0..<samples)
    return (0..<count(of: samples)).map { all[(rank + $0 * processes) % samples] }
  }

  /// None but its own.
  public var randomness: SamplerRandomness { .none }

  /// The share, and how it is ordered.
  public var description: String {
    let order = shuffle ? "shuffled by seed \(seed)" : "in order"
    return "share \(rank) of \(processes), \(order)\(dropLast ? ", the last left out" : "")"
  }
}
