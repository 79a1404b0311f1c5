import ArgumentParser
import Descent
import DescentCharts

/// `descent theory momentum`
struct MomentumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "momentum",
    abstract:
      "Momentum on a quadratic: the matrix of a step, its eigenvalues, where it converges; the weights of the past."
  )

  /// What the chart has.
  enum Picture: String, CaseIterable, ExpressibleByArgument {
    case weights, radius, positions
  }

  @Option(parsing: .unconditional, help: "The momenta, beta.")
  var beta = "0.95,0.9,0.6,0"
  @Option(parsing: .unconditional, help: "The learning rate, eta.")
  var lr = 0.1
  @Option(parsing: .unconditional, help: "The eigenvalue, lambda.")
  var eigenvalue = 1.0
  @Option(parsing: .unconditional, help: "How many steps.")
  var steps = 40
  @Option(
    help:
      "What --out draws: weights, of the gradients of the past; radius, by which x shrinks, over eta lambda; positions, x by step."
  )
  var show = Picture.weights
  @OptionGroup var output: TheoryOutput

  func run() throws {
    let file = try output.file()
    let momenta = try NumberList.parse(beta, count: 1...8, option: "--beta")
    try TheoryChecks.each(momenta, "--beta", "at least 0 and below 1") { 0 <= $0 && $0 < 1 }
    try TheoryChecks.positive(lr, "--lr")
    try TheoryChecks.positive(eigenvalue, "--eigenvalue")
    try TheoryChecks.count(steps, "--steps", in: 1...100_000)
    try Runtime.setThreads(1)
    let all = momenta.map { SGDDynamics(learningRate: lr, momentum: $0, curvature: eigenvalue) }
    var page = page
    page.tables = [
      ("Weights", weights(momenta)), ("R(beta, eta, lambda)", matrices(all)), ("Steps", try positions(all)),
    ]
    try page.show(chart(all), to: file)
  }

  private var page: TheoryPage {
    TheoryPage(
      title: "SGD with momentum on lambda x^2 / 2: eta = \(brief(lr)), lambda = \(brief(eigenvalue))",
      formulas: [
        "v_t = beta v_(t-1) + g_t = sum of beta^tau g_(t-tau): the weights add up to 1 / (1 - beta)",
        "(v, x)_(t+1) = R (v, x)_t, R(beta, eta, lambda) = [[beta, lambda], [-eta beta, 1 - eta lambda]]",
        "x goes to 0 where 0 < eta lambda < 2 + 2 beta; without momentum, where 0 < eta lambda < 2",
      ],
      source: Lectures.d2l("Momentum", "Theoretical Analysis")
        + "; Goh, Why Momentum Really Works, Distill 2017")
  }

  // MARK: Tables

  private func weights(_ momenta: [Double]) -> [[String]] {
    [["beta", "sum of \(steps)", "sum of all", "eta lambda below"]]
      + momenta.map { beta in
        [
          brief(beta), brief(SGDDynamics.weights(momentum: beta, count: steps).reduce(0, +)),
          brief(SGDDynamics.weightSum(momentum: beta)),
          brief(SGDDynamics.convergence(momentum: beta).upperBound),
        ]
      }
  }

  private func matrices(_ all: [SGDDynamics]) -> [[String]] {
    [["beta", "R11", "R12", "R21", "R22", "eigenvalues", "", "largest", "converges"]]
      + all.map { one in
        [brief(one.momentum)] + one.matrix.joined().map(brief) + one.eigenvalues.map(text)
          + [brief(one.radius), one.converges ? "yes" : "no"]
      }
  }

  private func text(_ number: SGDDynamics.Eigenvalue) -> String {
    guard number.imaginary != 0 else { return brief(number.real) }
    return "\(brief(number.real)) \(number.imaginary < 0 ? "-" : "+") \(brief(abs(number.imaginary)))i"
  }

  private func positions(_ all: [SGDDynamics]) throws -> [[String]] {
    let quadratic = try Quadratic(eigenvalues: [eigenvalue])
    return [["beta", "x_\(steps) by R", "by SGD", "steps to 1%"]]
      + (try all.map { one in
        let trace = try Trace(
          of: quadratic, from: [1], steps: steps,
          by: SGD(learningRate: lr, momentum: one.momentum))
        let last = trace.divergedAt == nil ? trace.points[steps][0] : .nan
        return [
          brief(one.momentum), brief(one.position(from: 1, after: steps)), brief(last),
          stepCount(one.steps(toFactor: 0.01)),
        ]
      })
  }

  // MARK: Charts

  private func chart(_ all: [SGDDynamics]) -> LineChart {
    switch show {
    case .weights:
      curves(all, "Momentum: weights of past gradients", "Steps ago", "Weight") {
        SGDDynamics.weights(momentum: $0.momentum, count: steps).enumerated().map { (x: Double($0), y: $1) }
      }
    case .positions:
      positionChart(all)
    case .radius:
      curves(all, "Largest eigenvalue of R(β, η, λ): x shrinks where it is below 1", "η λ", "|eigenvalue|") {
        one in
        (0...400).map { place in
          let product = 0.01 * Double(place)
          return (
            x: product, y: SGDDynamics(learningRate: product, momentum: one.momentum, curvature: 1).radius
          )
        }
      }
    }
  }

  private func positionChart(_ all: [SGDDynamics]) -> LineChart {
    var chart = curves(
      all, "SGD with momentum, η = \(brief(lr)), λ = \(brief(eigenvalue))", "Step", "x"
    ) { $0.positions(from: 1, steps: steps).enumerated().map { (x: Double($0), y: $1) } }
    if all.contains(where: { !$0.converges }) { chart.yRange = -2...2 }
    return chart
  }

  private func curves(
    _ all: [SGDDynamics], _ title: String, _ x: String, _ y: String,
    _ points: (SGDDynamics) -> [(x: Double, y: Double)]
  ) -> LineChart {
    LineChart(
      title: title, xLabel: x, yLabel: y,
      lines: all.map { .init(name: "β = \(brief($0.momentum))", points: points($0)) })
  }
}
