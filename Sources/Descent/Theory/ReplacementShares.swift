import Numerics

/// How often samples are seen that are drawn with replacement: of n samples, each draw takes each with probability 1 / n.
///
/// In an epoch of n draws a share of 1 - (1 - 1/n)^n, about 1 - 1/e = 0.632, is seen at all, and (1 - 1/n)^(n - 1), about
/// 1/e = 0.368, exactly once; without replacement both are 1. Zhang, Lipton, Li and Smola, Dive into Deep Learning,
/// "Stochastic Gradient Descent".
public struct ReplacementShares: Sendable {
  /// n
  public let samples: Int
  /// How many draws there are.
  public let draws: Int

  /// The shares of an epoch: as many draws as samples, unless told otherwise.
  public init(samples: Int, draws: Int? = nil) {
    demand(samples >= 1 && draws ?? 1 >= 0, "\(draws ?? samples) draws from \(samples) samples")
    (self.samples, self.draws) = (samples, draws ?? samples)
  }

  /// The share of samples that are drawn exactly so many times, expected: C(draws, k) n^-k (1 - 1/n)^(draws - k).
  public func share(drawn times: Int) -> Double {
    guard 0...draws ~= times else { return 0 }
    if samples == 1 { return times == draws ? 1 : 0 }
    // Logarithms, as the factors for themselves may be beyond all numbers.
    let ways = (0..<times).reduce(0) {
      $0 + Double.log(Double(draws - $1) / (Double($1 + 1) * Double(samples)))
    }
    return Double.exp(ways + Double(draws - times) * Double.log(onePlus: -1 / Double(samples)))
  }

  /// The share of samples that are drawn at all, expected.
  public var seen: Double {
    samples == 1
      ? (draws > 0 ? 1 : 0) : -Double.expMinusOne(Double(draws) * Double.log(onePlus: -1 / Double(samples)))
  }

  /// What `seen` of an epoch comes to for many samples: 1 - 1/e.
  public static let seenOfMany = 1 - 1 / Double.exp(1)
  /// What `share(drawn: 1)` of an epoch comes to for many samples: 1/e.
  public static let onceOfMany = 1 / Double.exp(1)

  /// The shares of samples that a sampler's epoch has 0, 1, ... `most` times, on average over so many epochs.
  public static func measured(
    _ sampler: some Sampler, samples: Int, epochs: Int, most: Int, generator: Generator
  ) -> [Double] {
    demand(
      samples >= 1 && epochs >= 1 && most >= 0, "\(epochs) epochs of \(samples) samples, counted to \(most)")
    var counts = [Int](repeating: 0, count: most + 1)
    for epoch in 0..<epochs {
      var times = [Int](repeating: 0, count: samples)
      for index in sampler.order(of: samples, epoch: epoch, generator: generator) { times[index] += 1 }
      for time in times where time <= most { counts[time] += 1 }
    }
    return counts.map { Double($0) / (Double(samples) * Double(epochs)) }
  }
}
