import Descent
import Testing

/// Shares of samples drawn with replacement, and gradients of mini-batches.
@Suite struct SamplingTheoryTests {
  @Test func sharesAreExact() {
    for expected in TheoryFixture.load().sampling {
      let shares = ReplacementShares(samples: expected.samples, draws: expected.draws)
      #expect(agree([shares.seen], [expected.seen], 1e-13), "\(expected)")
      for (times, share) in expected.times.enumerated() {
        #expect(agree([shares.share(drawn: times)], [share], 1e-13), "\(times) of \(expected)")
      }
      #expect(shares.share(drawn: expected.draws + 1) == 0 && shares.share(drawn: -1) == 0)
      #expect(abs((0...expected.draws).map { shares.share(drawn: $0) }.reduce(0, +) - 1) < 1e-12)
    }
    // Factors that for themselves are beyond all numbers.
    let even = ReplacementShares(samples: 2, draws: 100_000).share(drawn: 50_000)
    #expect(abs(even / 0.0025231262 - 1) < 1e-6, "\(even)")
  }

  /// 0.632 and 0.368.
  @Test func limits() {
    let limits = TheoryFixture.load().limits
    #expect(
      ReplacementShares.seenOfMany == limits.seen && abs(ReplacementShares.onceOfMany - limits.once) < 1e-16)
    let many = ReplacementShares(samples: 10_000_000)
    #expect(abs(many.seen - limits.seen) < 1e-7 && abs(many.share(drawn: 1) - limits.once) < 1e-7)
  }

  @Test func drawsAgree() throws {
    let shares = ReplacementShares(samples: 500)
    let drawn = ReplacementShares.measured(
      try RandomSampler(replacement: true), samples: 500, epochs: 50, most: 3, generator: Generator(seed: 0))
    // The standard deviation of each is below 0.5 / sqrt(25000) = 0.0032.
    for times in 0...3 { #expect(abs(drawn[times] - shares.share(drawn: times)) < 0.013) }
    let shuffled = ReplacementShares.measured(
      RandomSampler(), samples: 500, epochs: 3, most: 2, generator: Generator(seed: 0))
    #expect(shuffled == [0, 1, 0])
  }

  /// Samples whose gradients are the numbers 0, 1, ..., 9: sigma^2 is 8.25.
  @Test func deviationsOfMiniBatches() throws {
    let w = Parameter(Tensor([1.0], dtype: .float64))
    let noise = try GradientNoise(of: [w], samples: 10) { indices in
      (w * Tensor(indices.map(Double.init), dtype: .float64)).mean()
    }
    #expect(agree([noise.length, noise.deviation * noise.deviation], [4.5, 8.25]))
    #expect(agree([noise.expected(batch: 4, replacement: true)], [(8.25 / 4).squareRoot()]))
    #expect(agree([noise.expected(batch: 4, replacement: false)], [(8.25 / 4 * 6 / 9).squareRoot()]))
    #expect(noise.expected(batch: 10, replacement: false) == 0)
    let generator = Generator(seed: 1)
    for replacement in [true, false] {
      for batch in [1, 4, 9] {
        let measured = try noise.measured(
          batch: batch, replacement: replacement, repeats: 2000, generator: generator)
        let expected = noise.expected(batch: batch, replacement: replacement)
        #expect(abs(measured / expected - 1) < 0.06, "\(batch), \(replacement): \(measured), \(expected)")
      }
    }
    let all = try noise.measured(batch: 10, replacement: false, repeats: 2, generator: generator)
    #expect(all < 1e-14)
    // Other trainings' gradients are left alone.
    #expect(w.grad == nil)
  }
}
