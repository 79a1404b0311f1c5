/// Which samples of a data set an epoch has, and in what order.
///
/// A sampler is a value without a state of its own: everything random comes from the generator that it is given, so that an
/// epoch can be given again, after an interruption for instance. One of your own needs `order` only, and `count` where an
/// epoch does not have as many samples as the data set:
///
///     struct Backwards: Sampler {
///       func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] { (0..<samples).reversed() }
///     }
///
/// Its description says what it is: an epoch that was stopped goes on only with a sampler that is described alike.
public protocol Sampler: Sendable {
  /// How many samples an epoch has, over a data set of so many.
  func count(of samples: Int) -> Int
  /// The numbers of an epoch's samples: `count(of: samples)` of them, each in `0..<samples`.
  ///
  /// - Parameters:
  ///   - epoch: which epoch of the loader it is, from 0.
  ///   - generator: where random numbers come from.
  func order(of samples: Int, epoch: Int, generator: Generator) -> [Int]
  /// Where the generator's numbers come from if the loader has no seed.
  var randomness: SamplerRandomness { get }
  /// Throws what makes it unfit for a data set of so many samples.
  func check(samples: Int) throws(DescentError)
}

/// What a sampler draws from where its loader has no seed of its own.
public enum SamplerRandomness: Sendable {
  /// Nothing: its order needs no generator.
  case none
  /// A generator that `Generator.default` gives a seed for, every epoch: as PyTorch's RandomSampler.
  case seeded
  /// `Generator.default` itself, as PyTorch's WeightedRandomSampler.
  case shared
}

extension Sampler {
  /// As many as the data set has.
  public func count(of samples: Int) -> Int { samples }
  /// A generator of its own, every epoch.
  public var randomness: SamplerRandomness { .seeded }
  /// Fits any data set.
  public func check(samples: Int) throws(DescentError) {}
}

/// All samples in order, as `torch.utils.data.SequentialSampler`.
public struct SequentialSampler: Sampler, CustomStringConvertible {
  /// A sampler.
  public init() {}
  /// All of them.
  public func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] { Array(0..<samples) }
  /// None.
  public var randomness: SamplerRandomness { .none }
  /// "in order".
  public var description: String { "in order" }
}
