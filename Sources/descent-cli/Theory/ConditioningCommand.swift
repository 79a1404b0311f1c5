import ArgumentParser
import Descent
import DescentCharts

/// `descent theory conditioning`
struct ConditioningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conditioning",
    abstract:
      "What a condition number costs: steps of gradient descent and of momentum, and how far a minimum moves."
  )

  @Option(parsing: .unconditional, help: "The condition numbers, each at least 1.")
  var conditions = "1,3,10,30,100,300,1000"
  @Option(parsing: .unconditional, help: "By how much the distance from the minimum is to come down.")
  var factor = 1e-3
  @OptionGroup var output: TheoryOutput

  private struct Row {
    let condition: Double
    let descent: Way, momentum: Way
    /// How far the minimum moves where the linear part changes by 1, along the flattest axis and the steepest.
    let moves: (most: Double, least: Double)
  }

  /// One rule: its options, and the steps that it takes.
  private struct Way {
    let dynamics: SGDDynamics
    let expected: Double
    let measured: Int?
  }

  func run() throws {
    let file = try output.file()
    let numbers = try NumberList.parse(conditions, count: 1...16, option: "--conditions")
    try TheoryChecks.each(numbers, "--conditions", "in 1...100000") { 1...100_000 ~= $0 }
    guard factor > 1e-12, factor < 1 else {
      throw DescentError(.invalidArgument, "--factor is \(factor.short), must be between 1e-12 and 1")
    }
    try Runtime.setThreads(1)
    let rows = try numbers.sorted().map(row)
    try page(rows).show(chart(rows), to: file)
  }

  // MARK: Numbers

  private func row(_ condition: Double) throws -> Row {
    let quadratic = try Quadratic(eigenvalues: [1 / condition, 1])
    let (low, high) = (quadratic.spectrum.smallest, quadratic.spectrum.largest)
    let rate = SGDDynamics.bestLearningRate(smallest: low, largest: high)
    let best = SGDDynamics.best(smallest: low, largest: high)
    return Row(
      condition: condition,
      descent: try way(quadratic, .init(learningRate: rate, curvature: low)),
      momentum: try way(
        quadratic, .init(learningRate: best.learningRate, momentum: best.momentum, curvature: low)),
      moves: (try move(quadratic, [1, 0]), try move(quadratic, [0, 1])))
  }

  private func way(_ quadratic: Quadratic, _ dynamics: SGDDynamics) throws -> Way {
    let expected = max(1, dynamics.steps(toFactor: factor).rounded(.up))
    let rule = SGD(learningRate: dynamics.learningRate, momentum: dynamics.momentum)
    // Where both eigenvalues of R are the same, steps go down by t radius^t.
    let most = 3 * Int(expected) + 100
    return Way(
      dynamics: dynamics, expected: expected,
      measured: try quadratic.steps(by: rule, toFactor: factor, most: most))
  }

  private func move(_ quadratic: Quadratic, _ linear: [Double]) throws -> Double {
    let moved = try Quadratic(matrix: quadratic.matrix, linear: linear).minimizer()
    return moved.map(abs).max()!
  }

  // MARK: What is shown

  private func page(_ rows: [Row]) -> TheoryPage {
    let header = [
      "condition", "lr", "factor", "steps", "by SGD", "lr", "momentum", "factor", "steps", "by SGD",
      "move from",
      "to",
    ]
    let cells = rows.map { row in
      [brief(row.condition), brief(row.descent.dynamics.learningRate)] + steps(row.descent)
        + [row.momentum.dynamics.learningRate, row.momentum.dynamics.momentum].map(brief)
        + steps(row.momentum) + [row.moves.least, row.moves.most].map(brief)
    }
    return TheoryPage(
      title:
        "Quadratics with eigenvalues 1/condition and 1: steps until |x| is \(brief(factor)) of what it was",
      formulas: [
        "gradient descent: best eta = 2 / (smallest + largest), factor a step (k - 1) / (k + 1), k the condition",
        "momentum: best beta = ((sqrt(k) - 1) / (sqrt(k) + 1))^2, factor a step sqrt(beta)",
        "steps = ln(\(brief(factor))) / ln(factor), in the long run; a change d of the linear part moves the minimum by d / eigenvalue",
      ],
      tables: [
        (
          "gradient descent; momentum; how far the minimum moves where the linear part changes by 1",
          [header] + cells
        )
      ],
      source: Lectures.d2l("Adagrad", "Preconditioning") + "; Polyak 1964")
  }

  private func steps(_ way: Way) -> [String] {
    [brief(way.dynamics.radius), brief(way.expected), way.measured.map { "\($0)" } ?? "-"]
  }

  private func chart(_ rows: [Row]) -> LineChart {
    func points(_ value: (Row) -> Double?) -> [(x: Double, y: Double)] {
      rows.compactMap { row in value(row).map { (x: row.condition, y: max(1, $0)) } }
    }
    var chart = LineChart(
      title: "Steps until |x| is \(brief(factor)) of what it was", xLabel: "Condition number",
      yLabel: "Steps",
      isLogarithmic: true,
      lines: [
        .init(
          name: "gradient descent, formula", points: points(\.descent.expected), style: .dashed, color: 0),
        .init(
          name: "by SGD", points: points { $0.descent.measured.map(Double.init) }, style: .points, color: 0),
        .init(name: "momentum, formula", points: points(\.momentum.expected), style: .dashed, color: 1),
        .init(
          name: "by SGD with momentum", points: points { $0.momentum.measured.map(Double.init) },
          style: .points, color: 1),
      ])
    chart.isXLogarithmic = true
    return chart
  }
}
