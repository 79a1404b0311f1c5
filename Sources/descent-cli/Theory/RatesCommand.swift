import ArgumentParser
import Descent
import DescentCharts

/// `descent theory rates`
struct RatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rates",
    abstract: "Gradient descent on a quadratic: each eigenvalue has a rate of its own, (1 - eta lambda)^t.")

  @Option(parsing: .unconditional, help: "The learning rate, eta.")
  var lr = 0.1
  @Option(parsing: .unconditional, help: "The eigenvalues, lambda.")
  var eigenvalues = "0.1,1,10,19"
  @Option(parsing: .unconditional, help: "How many steps.")
  var steps = 20
  @OptionGroup var output: TheoryOutput

  func run() throws {
    let file = try output.file()
    let values = try TheoryChecks.positive(eigenvalues, "--eigenvalues")
    try TheoryChecks.positive(lr, "--lr")
    try TheoryChecks.count(steps, "--steps", in: 1...100_000)
    try Runtime.setThreads(1)
    let quadratic = try Quadratic(eigenvalues: values)
    // All at once: they do not mix.
    let trace = try Trace(of: quadratic, from: values.map { _ in 1 }, steps: steps, by: SGD(learningRate: lr))
    let dynamics = values.map { SGDDynamics(learningRate: lr, curvature: $0) }
    let rows = dynamics.enumerated().map { index, one in
      let measured = trace.divergedAt == nil ? trace.points[steps][index] : .nan
      return [
        brief(one.curvature), brief(lr * one.curvature), brief(1 - lr * one.curvature), course(one),
        stepCount(one.steps(toFactor: 0.01)), brief(one.position(from: 1, after: steps)), brief(measured),
      ]
    }
    try page(rows, quadratic.spectrum).show(chart(dynamics), to: file)
  }

  private func course(_ one: SGDDynamics) -> String {
    let factor = 1 - lr * one.curvature
    if abs(factor) > 1 { return "grows" }
    if abs(factor) == 1 { return "stays" }
    return factor == 0 ? "is there" : factor < 0 ? "swings, falls" : "falls"
  }

  private func page(_ rows: [[String]], _ spectrum: Spectrum) -> TheoryPage {
    let best = SGDDynamics.bestLearningRate(smallest: spectrum.smallest, largest: spectrum.largest)
    let radius = SGDDynamics(learningRate: best, curvature: spectrum.smallest).radius
    return TheoryPage(
      title: "Gradient descent on lambda x^2 / 2, from x = 1, learning rate \(brief(lr))",
      formulas: ["x_t = (1 - eta lambda)^t x_0, which goes to 0 where 0 < eta lambda < 2"],
      tables: [
        (
          "",
          [["lambda", "eta lambda", "factor", "x", "steps to 1%", "x_\(steps)", "by SGD"]] + rows
        )
      ],
      remarks: [
        "condition number, largest / smallest: \(brief(spectrum.condition))",
        "best learning rate for all of them, 2 / (smallest + largest): \(brief(best)); each step then leaves at most \(brief(radius)) of every x",
      ],
      source: Lectures.d2l("Momentum", "Scalar Functions"))
  }

  private func chart(_ dynamics: [SGDDynamics]) -> LineChart {
    let lines = dynamics.map { one in
      LineChart.Line(
        name: "λ = \(brief(one.curvature))",
        points: one.positions(from: 1, steps: steps).enumerated().map { (x: Double($0), y: $1) })
    }
    var chart = LineChart(
      title: "Gradient descent on λ x²/2: x = (1 - η λ)^t, η = \(brief(lr))", xLabel: "Step t", yLabel: "x",
      lines: lines)
    // One that grows would leave nothing to see of the others.
    if dynamics.contains(where: { !$0.converges }) { chart.yRange = -2...2 }
    return chart
  }
}
