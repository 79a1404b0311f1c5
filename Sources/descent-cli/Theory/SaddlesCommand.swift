import ArgumentParser
import Descent
import DescentCharts

/// `descent theory saddles`
struct SaddlesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saddles",
    abstract: "Beside a saddle: how long rules take to leave it.",
    usage: "descent theory saddles [RULE ...] [--offset X] [--steps N] [--lr X] [...] [--out FILE]",
    discussion: """
      descent theory saddles sgd "sgd(momentum=0.9)" adam --lr 0.05
      descent trace sgd adam --lr 0.05 --formula "x1^2 - x2^2" --start -1,1e-6

      Rules are written as those of descent trace. The first ones shown are \(initial.joined(separator: ", ")).
      """)

  @Option(parsing: .unconditional, help: "How far from the saddle's ridge the start is.")
  var offset = 1e-6
  @Option(parsing: .unconditional, help: "How many steps.")
  var steps = 100
  @OptionGroup var output: TheoryOutput
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Rules, and options of theirs.", valueName: "rules and options"))
  var rules: [String] = []

  private static let initial = [
    "sgd(lr=0.05)", "sgd(lr=0.05, momentum=0.9)", "adagrad(lr=0.05)", "rmsprop(lr=0.05)", "adam(lr=0.05)",
  ]

  private struct Run {
    let rule: TracedRule
    let trace: Trace
    /// What SGD does along the way out; nil: another rule.
    let dynamics: SGDDynamics?
    let left: Int?
  }

  func run() throws {
    let file = try output.file()
    guard offset > 0, offset < 1 else {
      throw DescentError(.invalidArgument, "--offset is \(offset.short), must be between 0 and 1")
    }
    try TheoryChecks.count(steps, "--steps", in: 1...100_000)
    let given = try TracedRule.parse(rules.isEmpty ? Self.initial : rules, of: Self.self)
    try Runtime.setThreads(1)
    let runs = try given.map(follow)
    try page(runs).show(chart(runs), to: file)
  }

  private func follow(_ rule: TracedRule) throws -> Run {
    let saddle = try Quadratic(eigenvalues: [2, -2])
    let trace = try Trace(of: saddle, from: [-1, offset], steps: steps, by: rule.named)
    return Run(
      rule: rule, trace: trace, dynamics: SGDDynamics(rule.named, curvature: -2),
      left: trace.points.firstIndex { abs($0[1]) >= 1 })
  }

  private func page(_ runs: [Run]) -> TheoryPage {
    let rows = runs.map { run in
      return [
        run.rule.text, run.dynamics.map { brief($0.radius) } ?? "-",
        run.dynamics.map { stepCount($0.steps(toFactor: 1 / offset)) } ?? "-",
        run.left.map { "\($0)" } ?? (run.trace.divergedAt == nil ? "stuck" : "-"),
        brief(abs(run.trace.points.last![1])),
      ]
    }
    return TheoryPage(
      title: "x1^2 - x2^2 from (-1, \(brief(offset))): steps until |x2| is 1",
      formulas: [
        "along an eigenvalue lambda < 0, SGD's x2 grows by R(beta, eta, lambda)'s largest eigenvalue each step:",
        "1 - eta lambda without momentum; so it is out after ln(1 / offset) / ln(factor) steps, in the long run",
        "rules that divide by the gradient's size step by about the learning rate from the first step on, however flat it is",
      ],
      tables: [
        ("", [["rule", "factor", "steps by formula", "steps", "|x2| at the end"]] + rows)
      ],
      remarks: [
        "The lab's picture has momentum stuck beside SGD, and does not say with which beta. No path is stuck for good unless it",
        "starts on the ridge itself, where x2's gradient is 0 for every rule; beside it, momentum multiplies x2 by more each",
        "step than SGD, and with a beta of 0.9 it can be out before AdaGrad, whose steps shrink as squares add up.",
      ],
      source:
        "the lab's slides, where SGD and momentum are stuck at a saddle and adaptive rules are not; "
        + Lectures.d2l("Momentum", "Theoretical Analysis"))
  }

  private func chart(_ runs: [Run]) -> LineChart {
    // Beyond where the function is like a saddle nothing is to be seen.
    var chart = LineChart(
      title: "Leaving the saddle of x1^2 - x2^2", xLabel: "Step", yLabel: "|x2|", isLogarithmic: true,
      lines: runs.map { run in
        .init(
          name: run.rule.text,
          points: run.trace.points.enumerated().map { (x: Double($0.offset), y: abs($0.element[1])) })
      })
    chart.yRange = offset / 2...10
    return chart
  }
}
