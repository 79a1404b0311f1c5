import CDescent

/// Samples drawn by weight, as `torch.utils.data.WeightedRandomSampler`: rare classes as often as frequent ones, say.
///
///     let classes = try data.targetClasses()
///     let sampler = try WeightedSampler(classes.map { 1 / Double(counts[$0]) }, samples: data.count)
///
/// Draws are those of `torch.multinomial`. Without replacement, weights of 0 are never drawn: PyTorch fills up with them.
public struct WeightedSampler: Sampler, CustomStringConvertible {
  /// A weight for each of the first samples: they need not sum to 1.
  public let weights: [Double]
  /// How many an epoch has.
  public let samples: Int
  /// Whether a sample may come more than once in an epoch.
  public let replacement: Bool
  /// How many, how, and a checksum of the weights.
  public let description: String

  /// A sampler of these weights.
  ///
  /// - Throws: `DescentError` for fewer than one sample, weights that are negative or not finite or all 0, and without
  ///   replacement for more samples than positive weights.
  public init(_ weights: [Double], samples: Int, replacement: Bool = true) throws(DescentError) {
    guard samples >= 1 else {
      throw DescentError(
        .invalidArgument, "a weighted sampler's samples are \(samples), must be at least 1")
    }
    (self.weights, self.samples, self.replacement) = (weights, samples, replacement)
    let sum = weights.withUnsafeBytes { crc32($0) }
    description =
      "\(samples) samples drawn \(replacement ? "with" : "without") replacement by \(weights.count) weights (checksum \(String(sum, radix: 16)))"
    // What cannot be drawn once cannot be drawn later.
    var scratch = dsc_random()
    var first = [Int64](repeating: 0, count: replacement ? 1 : samples)
    try Descent.check(
      dsc_random_weighted(&scratch, weights.count, weights, replacement, first.count, &first))
  }

  /// `samples`.
  public func count(of samples: Int) -> Int { self.samples }

  /// PyTorch's order for the generator.
  public func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] {
    var order = [Int64](repeating: 0, count: self.samples)
    require(
      generator.withState {
        dsc_random_weighted(&$0, weights.count, weights, replacement, order.count, &order)
      })
    return order.map(Int.init)
  }

  /// The default generator itself.
  public var randomness: SamplerRandomness { .shared }

  /// Throws where there are more weights than samples.
  public func check(samples: Int) throws(DescentError) {
    guard weights.count <= samples else {
      throw DescentError(
        .mismatch, "a weighted sampler has \(weights.count) weights, the data set \(samples) samples")
    }
  }
}
