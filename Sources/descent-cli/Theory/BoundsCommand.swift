import ArgumentParser
import Descent
import DescentCharts

/// `descent theory sgd`
struct BoundsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sgd",
    abstract:
      "SGD on convex losses: how far from the least risk it can be expected to end, and how far it does.")

  @Option(parsing: .unconditional, help: "The steps of the longest run.")
  var steps = 1000
  @Option(parsing: .unconditional, help: "How many runs there are of each kind.")
  var repeats = 20
  @Option(parsing: .unconditional, help: "How many points the losses are about.")
  var points = 50
  @Option(parsing: .unconditional, help: "How many coordinates they have.")
  var dimensions = 2
  @Option(parsing: .unconditional, help: "The seed of points and draws.")
  var seed: UInt64 = 0
  @OptionGroup var output: TheoryOutput

  /// Markov's inequality is shown for so many times the mean.
  private static let factors = [1.5, 2, 3]

  func run() throws {
    let file = try output.file()
    try TheoryChecks.count(steps, "--steps", in: 1...100_000)
    try TheoryChecks.count(repeats, "--repeats", in: 1...1000)
    try TheoryChecks.count(points, "--points", in: 3...1000)
    try TheoryChecks.count(dimensions, "--dimensions", in: 2...100)
    try Runtime.setThreads(1)
    let experiments = try BoundExperiment.Rates.allCases.map {
      try BoundExperiment(
        $0, points: points, dimensions: dimensions, steps: checkpoints, repeats: repeats, seed: seed)
    }
    try page(experiments).show(chart(experiments), to: file)
  }

  /// 1, 3, 10, 30, ... and the last step.
  private var checkpoints: [Int] {
    let round = (0..<6).flatMap { power in [1, 3].map { $0 * (0..<power).reduce(1) { n, _ in n * 10 } } }
    return round.filter { $0 < steps } + [steps]
  }

  private func page(_ experiments: [BoundExperiment]) -> TheoryPage {
    let names = experiments.map(\.rates.rawValue)
    let rows = checkpoints.indices.map { index in
      ["\(checkpoints[index])"]
        + experiments.flatMap { [$0.rows[index].bound, $0.rows[index].mean].map(brief) }
    }
    let markov = Self.factors.map { factor in
      [brief(factor), brief(1 / factor)] + experiments.map { brief($0.rows.last!.share(above: factor)) }
    }
    let jensen = experiments.map {
      [
        $0.rates.rawValue, brief($0.rows.last!.mean), brief($0.meanExcess), brief($0.distance),
        brief($0.gradient),
      ]
    }
    return TheoryPage(
      title:
        "SGD over \(points) points of \(dimensions) coordinates, \(repeats) run\(repeats == 1 ? "" : "s"): E[R(w)] - R* of the average w",
      formulas: [
        "E[R(w)] - R* <= (r^2 + L^2 sum eta_t^2) / (2 sum eta_t), by how steps gain, and Jensen's inequality",
        "known horizon:    eta = r / (L sqrt(T)), bound r L / sqrt(T)",
        "unknown horizon:  eta_t = r / (L sqrt(t)), bound O(log(T) / sqrt(T))",
        "strongly convex:  eta_t = 1 / (lambda t), bound L^2 (1 + ... + 1/T) / (2 lambda T) = O(log(T) / T)",
      ],
      tables: [
        (
          "the bound, and the mean of the runs",
          [["T"] + names.flatMap { [$0, "mean"] }] + rows
        ),
        (
          "Jensen: the average's risk is at most the points' mean risk (T = \(steps)); r and L",
          [["rates", "of average", "of points", "r", "L"]] + jensen
        ),
        (
          "Markov: at most 1/k of the runs end k times the mean above R*", [["k", "1/k"] + names] + markov
        ),
      ],
      source: Lectures.d2l("Stochastic Gradient Descent", "Convergence Analysis for Convex Objectives")
        + ", after Nesterov and Vial 2000; Hazan, Rakhlin and Bartlett 2008")
  }

  private func chart(_ experiments: [BoundExperiment]) -> LineChart {
    var chart = LineChart(
      title: "SGD's average: risk above the least, bound and mean of \(repeats) runs", xLabel: "Steps T",
      yLabel: "Risk above the least", isLogarithmic: true,
      lines: experiments.enumerated().flatMap { index, experiment in
        [
          LineChart.Line(
            name: "\(experiment.rates.rawValue), bound",
            points: experiment.rows.map { (x: Double($0.steps), y: $0.bound) }, style: .dashed, color: index),
          LineChart.Line(
            name: "\(experiment.rates.rawValue), runs",
            points: experiment.rows.map { (x: Double($0.steps), y: $0.mean) }, style: .marked,
            color: index),
        ]
      })
    chart.isXLogarithmic = true
    return chart
  }
}
