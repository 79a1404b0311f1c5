import ArgumentParser
import Descent
import DescentCharts

/// `descent theory sampling`
struct SamplingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sampling",
    abstract:
      "Samples drawn with and without replacement: the shares that an epoch sees, by formula and by drawing.")

  @Option(parsing: .unconditional, help: "How many samples a data set has, at each row.")
  var samples = "1,2,5,10,100,1000,10000"
  @Option(parsing: .unconditional, help: "How many epochs are drawn of each.")
  var repeats = 100
  @Option(parsing: .unconditional, help: "The seed of the draws.")
  var seed: UInt64 = 0
  @OptionGroup var output: TheoryOutput

  private struct Row {
    let count: Int
    let shares: ReplacementShares
    /// Of samples drawn 0, 1, ... times, on average.
    let drawn: [Double], shuffled: [Double]
  }

  private static let mostTimes = 5

  func run() throws {
    let file = try output.file()
    let counts = try TheoryChecks.integers(samples, "--samples", in: 1...10_000_000).sorted()
    try TheoryChecks.count(repeats, "--repeats", in: 1...10_000)
    let rows = try counts.map(measure)
    try page(rows).show(chart(rows), to: file)
  }

  private func measure(_ count: Int) throws -> Row {
    let generator = Generator(seed: seed)
    let replacing = try RandomSampler(replacement: true)
    func mean(_ sampler: RandomSampler) -> [Double] {
      ReplacementShares.measured(
        sampler, samples: count, epochs: repeats, most: Self.mostTimes, generator: generator)
    }
    return Row(
      count: count, shares: ReplacementShares(samples: count), drawn: mean(replacing),
      shuffled: mean(RandomSampler()))
  }

  private func page(_ rows: [Row]) -> TheoryPage {
    let header = ["n", "seen", "drawn", "shuffled", "once", "drawn", "shuffled"]
    let cells = rows.map { row in
      ["\(row.count)"]
        + [
          row.shares.seen, 1 - row.drawn[0], 1 - row.shuffled[0], row.shares.share(drawn: 1), row.drawn[1],
          row.shuffled[1],
        ].map(brief)
    }
    let limits =
      ["infinity"]
      + [ReplacementShares.seenOfMany, .nan, .nan, ReplacementShares.onceOfMany, .nan, .nan].map(brief)
    let last = rows[rows.count - 1]
    let times = (0...Self.mostTimes).map {
      ["\($0)", brief(last.shares.share(drawn: $0)), brief(last.drawn[$0])]
    }
    return TheoryPage(
      title: "n draws from n samples, \(repeats) time\(repeats == 1 ? "" : "s")",
      formulas: [
        "with replacement, seen at all: 1 - (1 - 1/n)^n, for many samples 1 - 1/e = 0.632",
        "seen exactly once: (1 - 1/n)^(n-1), for many 1/e = 0.368",
        "without replacement, as shuffling does: all, once",
      ],
      tables: [
        ("shares by formula, and as drawn with replacement and shuffled", [header] + cells + [limits]),
        ("how often, of \(last.count): by formula, and as drawn", [["times", "share", "drawn"]] + times),
      ],
      source: Lectures.d2l("Stochastic Gradient Descent", "Stochastic Gradients and Finite Samples"))
  }

  private func chart(_ rows: [Row]) -> LineChart {
    func points(_ value: (Row) -> Double) -> [(x: Double, y: Double)] {
      rows.map { (x: Double($0.count), y: value($0)) }
    }
    var chart = LineChart(
      title: "Shares of n samples that n draws with replacement see", xLabel: "Samples n", yLabel: "Share",
      lines: [
        .init(name: "at least once, formula", points: points { $0.shares.seen }, style: .dashed, color: 0),
        .init(name: "at least once, drawn", points: points { 1 - $0.drawn[0] }, style: .points, color: 0),
        .init(
          name: "exactly once, formula", points: points { $0.shares.share(drawn: 1) }, style: .dashed,
          color: 1),
        .init(name: "exactly once, drawn", points: points { $0.drawn[1] }, style: .points, color: 1),
      ])
    chart.isXLogarithmic = true
    chart.yRange = 0...1.05
    return chart
  }
}
