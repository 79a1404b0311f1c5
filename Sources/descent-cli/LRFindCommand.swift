import ArgumentParser
import Descent
import DescentCharts

/// `descent lr-find`
struct LRFindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find",
    abstract: "Finds a learning rate: raises it with every step until the loss explodes.",
    usage:
      "descent lr-find [--dataset D] [--model M] [--optimizer NAME] [...] [--from X] [--to Y] [--out FILE]",
    discussion: """
      Smith 2017, arXiv:1506.01186. What is suggested is a tenth of the rate at which the smoothed loss is least, where it \
      still falls well. Options are those of `descent train`, those of the optimizer among them.
      """)

  private static var usual: LearningRateRangeTest { LearningRateRangeTest() }

  @OptionGroup(title: "Data") var data: DataArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Training") var step: StepArguments
  @Option(
    help: ArgumentHelp("A YAML file of options, as for descent train.", valueName: "file"))
  var config: String?
  @Option(parsing: .unconditional, help: "The first rate. (default: \(usual.first))")
  var from: Double?
  @Option(parsing: .unconditional, help: "The last rate. (default: \(usual.last.short))")
  var to: Double?
  @Option(
    parsing: .unconditional,
    help: "The steps from one to the other, each with the same factor. (default: \(usual.steps))")
  var steps: Int?
  @Option(help: "Draw the losses against the rates into this file; .svg or .png.")
  var out: String?
  @Flag(help: "Print the losses of all steps, with commas between, and nothing else.")
  var csv = false
  @OptionGroup var threads: ThreadArguments
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Options of the optimizer.", valueName: "optimizer options"))
  var ruleArguments: [String] = []

  /// Lines of the table, at most.
  private static let rows = 26
  /// Steps, at most: each looks at all losses before it.
  private static let longest = 10_000

  func run() throws {
    var config = try resolve()
    let test = try makeTest()
    let file = try out.map { try ChartFile($0) }
    try threads.apply()
    let data = try config.loadData()
    try config.checkMemory(data)
    let trainer = try config.makeTrainer(data)
    let (training, _) = try data.loaders(config, trainer.model)
    if !csv { try config.describe(data, trainer.model) }
    try trainer.fit(training, epochs: .max, callbacks: config.makeAccumulation() + [test])
    try show(test.curve)
    if let file { try draw(test, config, file) }
    guard !csv else { return }
    guard let suggestion = test.suggestion else {
      throw DescentError(
        .nonFinite,
        "the loss is least at the first rate, \(brief(test.first)): try others with --from and --to, or more --steps"
      )
    }
    try print("\nsuggested: --lr \(brief(suggestion))")
  }

  /// The options given, those of the configuration file, and the defaults, in this order of precedence.
  private func resolve() throws -> RunConfig {
    var resolved = RunConfig()
    if let config { try resolved.merge(yaml: config) }
    try data.apply(to: &resolved)
    try model.apply(to: &resolved)
    let options = try RuleArguments.parse(ruleArguments, rule: resolved.optimizer.name)
    resolved.optimizer.options.merge(options) { $1 }
    step.apply(to: &resolved)
    // The test is what the rate follows.
    resolved.schedule = nil
    (resolved.classes, resolved.checksum) = (nil, nil)
    try resolved.check()
    return resolved
  }

  private func makeTest() throws(DescentError) -> LearningRateRangeTest {
    let (first, last, steps) = (from ?? Self.usual.first, to ?? Self.usual.last, steps ?? Self.usual.steps)
    guard first > 0, first.isFinite else {
      throw DescentError(.invalidArgument, "--from is \(first.short), must be above 0")
    }
    guard last > first, last.isFinite else {
      throw DescentError(.invalidArgument, "--to is \(last.short), must be above --from, \(first.short)")
    }
    guard 2...Self.longest ~= steps else {
      throw DescentError(.invalidArgument, "--steps is \(steps), must be in 2...\(Self.longest)")
    }
    return LearningRateRangeTest(from: first, to: last, steps: steps)
  }

  private func show(_ curve: [LearningRateRangeTest.Point]) throws {
    guard !csv else {
      try print("learning_rate,loss,smoothed_loss")
      for point in curve { try print("\(point.learningRate),\(point.rawLoss),\(point.loss)") }
      return
    }
    let rows = some(of: curve.count, atMost: Self.rows).map { index in
      let point = curve[index]
      return ["\(index + 1)", brief(point.learningRate), brief(point.rawLoss), brief(point.loss)]
    }
    try print("\n" + aligned([["step", "rate", "loss", "smoothed"]] + rows, beginsWithNames: false))
  }

  private func draw(_ test: LearningRateRangeTest, _ config: RunConfig, _ file: ChartFile) throws {
    let curve = test.curve
    var lines: [LineChart.Line] = [
      .init(name: "a step", points: curve.map { ($0.learningRate, $0.rawLoss) }, style: .faint),
      .init(name: "smoothed", points: curve.map { ($0.learningRate, $0.loss) }),
    ]
    // What explodes would leave no room for the rest.
    let shown = test.untilLeast.map(\.rawLoss)
    guard let low = shown.min(), let high = shown.max() else { throw ChartError.empty }
    if let suggestion = test.suggestion {
      let points = [(x: suggestion, y: 0.9 * low), (x: suggestion, y: 1.1 * high)]
      lines.append(.init(name: "suggested: \(brief(suggestion))", points: points))
    }
    let chart = LineChart(
      title: "\(config.model), \(config.optimizer.name), batch \(config.batchSize), \(config.datasetTitle)",
      xLabel: "Learning rate", yLabel: "Loss", isXLogarithmic: true, yRange: 0.9 * low...1.1 * high,
      lines: lines
    )
    try file.write(chart)
  }
}
