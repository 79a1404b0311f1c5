import ArgumentParser
import Descent
import DescentCharts
import Foundation

/// `descent trace`
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Follows optimizers over a function of two variables: as a table, as CSV, as a picture.",
    usage:
      "descent trace [RULE ...] --formula TEXT|--function NAME|--quadratic NUMBERS [--lr X] [...] [--out DIR]",
    discussion: """
      descent trace sgd --formula "0.1 x1^2 + 2 x2^2" --lr 0.6 --momentum 0.5
      descent trace "sgd(lr=0.4)" "adagrad(lr=2)" adam --quadratic 0.2,4 --rotate 45 --grid

      A rule is an optimizer's name (default: sgd), with options of its own in brackets; an option beside the rules is for \
      all of them that have it: `descent optimizers NAME` lists them. Where a lecture adds epsilon under the root, give \
      --eps 1e-6 --epsilon-placement inside.
      """)

  @OptionGroup(title: "The function") var objective: TraceObjective
  @Option(parsing: .unconditional, help: "How many steps.")
  var steps = 20
  @Option(
    parsing: .unconditional,
    help: "The standard deviation of noise in the gradients, as that of mini-batches. (default: 0)")
  var noise: Double?
  @Option(help: "The seed of the noise, which is the same for all rules; as torch.manual_seed. (default: 0)")
  var seed: UInt64?
  @Option(help: "What the learning rate follows, as \"exponential(0.9)\": see descent schedules.")
  var schedule: String?
  @Flag(help: "Print all points, with commas between, and nothing else; draw only if there is --out.")
  var csv = false
  @Option(help: "The folder for trace.png, trace.svg and trace.gif. (default: descent-trace)")
  var out: String?
  @Option(
    parsing: .unconditional,
    help: "What is shown, as least and largest x1, least and largest x2. (default: what the paths need)")
  var window: String?
  @Flag(help: "Draw each rule in a picture of its own.")
  var grid = false
  @Flag(help: "Draw trace.gif too, in which the paths grow.")
  var animate = false
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Rules, and options of theirs.", valueName: "rules and options"))
  var rules: [String] = []

  /// Steps that are made: their points take 100 MB for each rule.
  private static let longest = 1_000_000

  func validate() throws {
    // Here, so that the usage shown with it is this command's.
    guard objective.given.count == 1 else {
      throw ValidationError("give one of --function, --formula and --quadratic")
    }
  }

  func run() throws {
    let rules = try TracedRule.parse(self.rules)
    let (objective, start) = try objective.resolve()
    try check()
    let schedule = try schedule.map { try Schedule($0, steps: steps) }
    let window = try window.map(Self.parseWindow)
    try Runtime.setThreads(1)
    let traces = try rules.map { rule in
      let trace = try Trace(
        of: objective, from: start, steps: steps, by: rule.named, schedule: schedule, noise: noise ?? 0,
        generator: Generator(seed: seed ?? 0))
      return TraceTable(rule: rule, trace: trace, hasSchedule: schedule != nil)
    }
    if csv { try printAll(traces) }
    guard !csv || out != nil else { return }
    let paths = traces.map {
      PathPicture.Path(name: $0.rule.text, points: $0.trace.points, values: $0.trace.values)
    }
    let picture = PathPicture(objective, paths, window: window)
    if !csv { try printTables(traces, picture) }
    do {
      try draw(picture, title: title(objective, traces, start))
    } catch let error as ChartError {
      warn("no pictures: \(error)")
    }
  }

  private func check() throws(DescentError) {
    guard 1...Self.longest ~= steps else {
      throw DescentError(.invalidArgument, "--steps is \(steps), must be in 1...\(Self.longest)")
    }
    guard noise ?? 0 >= 0, noise ?? 0 < .infinity else {
      throw DescentError(.invalidArgument, "--noise is \(noise!.short), must be finite and not below 0")
    }
    guard seed == nil || noise != nil else {
      throw DescentError(.invalidArgument, "--seed is that of --noise, which is not given")
    }
    for (name, isGiven) in [("--grid", grid), ("--animate", animate), ("--window", window != nil)]
    where isGiven && csv && out == nil {
      throw DescentError(
        .invalidArgument, "\(name) is about pictures, which --csv draws only if there is --out")
    }
  }

  private static func parseWindow(
    _ text: String
  ) throws(DescentError) -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
    let ends = try NumberList.parse(text, counts: [4], option: "--window")
    guard ends[0] < ends[1], ends[2] < ends[3] else {
      throw DescentError(
        .invalidArgument, "--window is '\(text)'; each least number must be below its largest")
    }
    return (ends[0]...ends[1], ends[2]...ends[3])
  }

  // MARK: Text

  private func printAll(_ traces: [TraceTable]) throws {
    try print(TraceTable.csvHeader)
    for line in traces.flatMap(\.csv) { try print(line) }
    for trace in traces { trace.divergence.map { warn("\(trace.rule.text) \($0)") } }
  }

  private func printTables(_ traces: [TraceTable], _ picture: PathPicture) throws {
    for (trace, path) in zip(traces, picture.paths) {
      try print(trace.text)
      if let lowest = trace.lowest { try print(lowest) }
      if let step = picture.leaves(path) {
        try print("leaves the picture at step \(step), for \(TraceTable.place(path.points[step]))")
      }
      if let divergence = trace.divergence { try print(divergence) }
      try print("")
    }
  }

  // MARK: Pictures

  private func title(_ objective: any Objective, _ traces: [TraceTable], _ start: [Double]) -> String {
    let only = traces.count == 1 && !grid ? ["\(traces[0].rule.text)"] : []
    let parts =
      only + ["\(steps) step\(steps == 1 ? "" : "s") from \(TraceTable.place(start))"]
      + (noise.map { ["gradient noise \($0.short)"] } ?? []) + (schedule.map { ["schedule \($0)"] } ?? [])
    return "\(objective)\n\(parts.joined(separator: ", "))"
  }

  private func draw(_ picture: PathPicture, title: String) throws {
    let folder = out ?? "descent-trace"
    try Folder.make(folder)
    let chart = picture.chart(title: title, isGrid: grid)
    try chart.write(.png, to: "\(folder)/trace.png")
    try chart.write(.svg, to: "\(folder)/trace.svg")
    if animate { try chart.writeAnimation(to: "\(folder)/trace.gif") }
    if !csv { try print("drawn in \(folder)") }
  }
}
