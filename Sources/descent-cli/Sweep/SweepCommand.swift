import ArgumentParser
import Descent
import Foundation

/// `descent sweep`
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Trains a model for every combination of some options' values, and compares the runs.",
    usage:
      "descent sweep --over NAME=VALUE,... [--over ...] [--repeat N] [--jobs N] --out DIR [options of descent train]",
    discussion: """
      descent sweep --over lr=0.1,0.01 --over batch-size=16,64,256 --repeat 3 --epochs 5 --out sweep

      All options that descent train takes are taken, for all runs; --over names those that differ, by the option or by its key \
      in a configuration file. Values that have commas are separated by semicolons: "model=linear;mlp:64,64". Options that \
      change together are written with slashes, and an empty part leaves the option out: \
      "optimizer/lr/momentum=sgd/0.1/0.9,adam/0.001/". --threads are shared out among the runs that go side by side.

      Every run has a folder in DIR, as descent train would leave it. A sweep that was interrupted or killed goes on with the \
      same command: what is done stays, what was begun is resumed. A grid with more values takes over the runs that it shares \
      with the one before.
      """)

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("An option and its values; several times for a grid.", valueName: "name=value,..."))
  var over: [String] = []
  @Option(
    name: .customLong("repeat"), parsing: .unconditional,
    help: ArgumentHelp("Runs of each combination, with the seeds --seed, --seed + 1, ...", valueName: "count")
  )
  var repeats = 1
  @Option(parsing: .unconditional, help: ArgumentHelp("Runs side by side.", valueName: "count"))
  var jobs = 1
  @Option(
    help: ArgumentHelp(
      "What the runs are compared by: a metric, or a column of history.csv as train_loss. (default: the first --metric, of the validation)",
      valueName: "column"))
  var by: String?
  @Option(
    help: "The epoch that speaks for a run: \(SweepEpoch.allCases.map(\.rawValue).joined(separator: " or "))."
  )
  var at: SweepEpoch = .last
  @Option(
    help: ArgumentHelp(
      "The option whose values are lines of one picture; those of the others have a picture each; none: all have. (default: the last --over)",
      valueName: "name"))
  var lines: String?
  @Option(help: "The folder for the runs, runs.csv, summary.csv, results.json and pictures.")
  var out: String
  @Flag(help: "Begin all runs anew.")
  var overwrite = false
  @Option(help: "How each run is printed: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var log: LogFormat = .text
  @Flag(help: "Print nothing but errors.")
  var quiet = false
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Options of descent train, for all runs.", valueName: "train options"))
  var trainArguments: [String] = []

  func run() throws {
    guard jobs >= 1 else { throw DescentError(.invalidArgument, "--jobs is \(jobs), must be at least 1") }
    guard log == .text || !quiet else {
      throw DescentError(.invalidArgument, "--log json is given, but --quiet prints nothing")
    }
    var axes: [SweepAxis] = []
    for text in over { axes.append(try SweepAxis(text)) }
    guard !axes.isEmpty || repeats > 1 else {
      throw DescentError(
        .invalidArgument, "there is nothing to compare: give --over, as --over lr=0.1,0.01, or --repeat")
    }
    try checkNames()
    var plan = try SweepPlan(axes, repeats: repeats, arguments: trainArguments)
    _ = try SweepPictures.axis(lines, axes)
    try TrainCommand.parse(plan.runs[0].arguments).threads.apply()
    try plan.rehearse()
    let measure = try SweepMeasure(by, at, plan)
    let folder = try SweepFolder(out, plan, overwrite: overwrite)
    let interrupt = Interrupt()
    try carryOut(plan, measure, folder, interrupt)
    try finish(plan, measure, folder)
    let states = plan.runs.map { folder.entry($0).outcome }
    if interrupt.hasCome && states.contains(where: { !$0.isFinal }) {
      warn(
        "stopped with \(states.count(where: \.isFinal)) of \(states.count) runs done; go on with: \(command)")
      throw ExitCode(interrupt.exitCode)
    }
    let left = states.count { !$0.isFinal }
    guard left == 0 else {
      warn("\(left) of \(states.count) runs are not done; to try again: \(command)")
      throw ExitCode(EXIT_FAILURE)
    }
  }

  /// What the sweep does not know is for the runs: so a misspelt option of its own would be called one of theirs.
  private func checkNames() throws(DescentError) {
    func names(_ command: any ParsableCommand.Type) -> [String] {
      command.helpMessage(columns: 1000).matches(of: /--[a-z0-9-]+/).map { String($0.output) }
    }
    let own = names(Self.self)
    let known =
      own + names(TrainCommand.self)
      + RuleTable.rules.flatMap(\.options).map { RuleArguments.flag($0.name) }
    for argument in trainArguments where argument.hasPrefix("--") {
      let name = String(argument.prefix { $0 != "=" })
      guard !known.contains(name), Nearest.name(to: name, among: known).map(own.contains) ?? false else {
        continue
      }
      throw .unknown(
        "option", name, among: known,
        described: "those that descent sweep --help and descent train --help list")
    }
  }

  /// What was typed, without what would begin it anew.
  private var command: String {
    let words = CommandLine.arguments.dropFirst().filter { $0 != "--overwrite" }
    return (["descent"] + words.map(\.shellQuoted)).joined(separator: " ")
  }

  private func carryOut(
    _ plan: SweepPlan, _ measure: SweepMeasure, _ folder: SweepFolder, _ interrupt: Interrupt
  ) throws {
    let total = plan.runs.count
    let done = plan.runs.filter { folder.entry($0).outcome.isFinal }
    var count = done.count
    if !quiet && log == .text {
      let seeds = repeats > 1 ? ", each with \(repeats) seeds" : ""
      let finished = count > 0 ? "; \(count) \(count == 1 ? "is" : "are") done" : ""
      try print(
        "\(plan.combinations.count) combination\(plan.combinations.count == 1 ? "" : "s")\(seeds): \(total) runs in \(out)\(finished)"
      )
    }
    if log == .json {
      for run in done { try print(SweepResult(run, folder, measure).json(measure)) }
    }
    let threads = max(1, Runtime.threads / min(jobs, max(1, total - count)))
    let runner = SweepRunner(folder: folder, jobs: jobs, threads: threads) { run, end in
      for warning in end.warnings { warn("\(run.name): \(warning)") }
      guard end.outcome != .begun else { return }
      count += 1
      if quiet { return }
      let result = try SweepResult(run, folder, measure)
      try print(
        log == .json
          ? result.json(measure)
          : "[\("\(count)".aligned(to: "\(total)".count))/\(total)] \(result.line(measure))")
    }
    try runner.carryOut(plan.runs, until: interrupt)
  }

  /// Writes, draws and prints what there is.
  private func finish(_ plan: SweepPlan, _ measure: SweepMeasure, _ folder: SweepFolder) throws {
    let results = try SweepResults(plan, folder, measure)
    try results.write(to: out)
    try SweepPictures(results, lines: lines).write(to: out)
    if !quiet && log == .text { try print("\n" + results.table) }
  }
}
