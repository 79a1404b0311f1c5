import ArgumentParser
import Descent
import DescentCharts
import Foundation

/// What `descent newton --function` is given, and does.
struct FunctionArguments: ParsableArguments {
  @Option(help: "The test function's name.")
  var function: String?
  @Option(
    parsing: .unconditional,
    help: "Where to begin, as numbers separated by commas. (default: the usual start)")
  var start: String?
  @Option(help: "How steps are made. (default: \(NewtonOptions().method.rawValue))")
  var method: NewtonOptions.Method?
  @Option(
    help: "How far line-search and projected go. (default: \(NewtonOptions().lineSearch.rawValue))")
  var lineSearch: NewtonOptions.LineSearch?
  @Option(
    parsing: .unconditional,
    help: "Gradient descent's learning rate. (default: the best of 1, 0.5, 0.2, 0.1, ...)")
  var lr: Double?
  @Option(parsing: .unconditional, help: "Gradient descent's steps. (default: 200)")
  var descentSteps: Int?
  @Option(
    help: "The folder for path.png and convergence.png, and the same as SVG. (default: descent-newton)")
  var out: String?

  /// The options that were given besides --function; without that they mean nothing.
  var given: [String] {
    [
      ("--start", start != nil), ("--method", method != nil), ("--line-search", lineSearch != nil),
      ("--lr", lr != nil), ("--descent-steps", descentSteps != nil), ("--out", out != nil),
    ].filter(\.1).map(\.0)
  }

  func run(_ name: String, _ tolerance: Double?, _ maxIterations: Int?) throws {
    let function = try TestFunction.named(name)
    let start = try parseStart(function)
    if let lr, !(lr > 0) { throw DescentError(.invalidArgument, "--lr is \(lr.short), must be above 0") }
    let descentSteps = descentSteps ?? 200
    guard descentSteps >= 1 else {
      throw DescentError(.invalidArgument, "--descent-steps is \(descentSteps), must be at least 1")
    }
    var options = NewtonOptions()
    options.method = method ?? options.method
    if let lineSearch {
      guard [.lineSearch, .projected].contains(options.method) else {
        throw DescentError(
          .invalidArgument,
          "--line-search goes with --method line-search or projected, not \(options.method.rawValue)")
      }
      options.lineSearch = lineSearch
    }
    options.gradientTolerance = tolerance ?? options.gradientTolerance
    options.maxIterations = maxIterations ?? options.maxIterations
    let result = try Newton.minimize(startingAt: start, options: options) { function($0) }
    try printSteps(result)
    try print("\(result)")
    let descent = try GradientDescent(function, from: start, steps: descentSteps, learningRate: lr)
    try print(
      "gradient descent, learning rate \(descent.learningRate): \(brief(descent.end)) after \(descentSteps) steps"
    )
    do {
      try draw(function, result, descent, out ?? "descent-newton")
    } catch let error as ChartError {
      warn("no pictures: \(error)")
    }
    if !result.reason.isGood { throw ExitCode.failure }
  }

  private func parseStart(_ function: TestFunction) throws(DescentError) -> [Double] {
    guard let start else { return function.start }
    return try NumberList.parse(start, counts: [function.start.count], option: "--start")
  }

  private func printSteps(_ result: NewtonResult) throws {
    let shown = min(result.x.count, 4)
    let names = (0..<shown).map { "x\($0 + 1)" } + (shown < result.x.count ? ["..."] : [])
    let rows = result.trace.map { step in
      ["\(step.iteration)"] + step.x.prefix(shown).map(brief) + (shown < result.x.count ? ["..."] : [])
        + [step.value, step.gradientNorm, step.stepNorm].map(brief)
    }
    try print(aligned([["iteration"] + names + ["value", "gradient", "step"]] + rows))
  }

  // MARK: Pictures

  private func draw(
    _ function: TestFunction, _ result: NewtonResult, _ descent: GradientDescent, _ folder: String
  ) throws {
    try Folder.make(folder)
    let names = (
      newton: "Newton, \(result.iterations) step\(result.iterations == 1 ? "" : "s")", descent: descent.title
    )
    func curve(_ name: String, _ values: [Double]) -> LineChart.Line {
      .init(name: name, points: values.enumerated().map { (x: Double($0), y: $1) }.filter { $0.y > 0 })
    }
    let convergence = LineChart(
      title: "\(function)", xLabel: "steps", yLabel: "value", isLogarithmic: true,
      lines: [curve(names.newton, result.trace.map(\.value)), curve(names.descent, descent.values)])
    try convergence.write(.png, to: "\(folder)/convergence.png")
    try convergence.write(.svg, to: "\(folder)/convergence.svg")
    if result.x.count == 2 {
      let newton = result.trace.map { (point: $0.x, value: $0.value) }
      let paths = [
        PathPicture.Path(name: names.newton, points: newton.map(\.point), values: newton.map(\.value)),
        PathPicture.Path(name: names.descent, points: descent.path, values: descent.values),
      ]
      let chart = PathPicture(function, paths).chart(title: "\(function)")
      try chart.write(.png, to: "\(folder)/path.png")
      try chart.write(.svg, to: "\(folder)/path.svg")
    }
    try print("drawn in \(folder)")
  }
}

/// The lecture's method, to compare with.
struct GradientDescent {
  let learningRate: Double
  let path: [[Double]]
  let values: [Double]
  /// The last value; infinite where a step leads beyond all numbers.
  let end: Double

  var title: String { "gradient descent, learning rate \(learningRate), \(path.count - 1) steps" }

  /// With the learning rate given; or with that of 1, 0.5, 0.2, 0.1, ... which ends lowest.
  init(_ function: TestFunction, from start: [Double], steps: Int, learningRate: Double?) throws {
    let rates =
      learningRate.map { [$0] } ?? (0..<36).map { [1, 0.5, 0.2][$0 % 3] / pow(10, Double($0 / 3)) }
    let runs = try rates.map { rate in
      try Trace(of: function, from: start, steps: steps, by: SGD(learningRate: rate))
    }
    let ends = runs.map { $0.divergedAt == nil ? $0.values.last! : .infinity }
    let best = ends.indices.min { ends[$0] < ends[$1] }!
    (self.learningRate, path, values, end) = (rates[best], runs[best].points, runs[best].values, ends[best])
  }
}
