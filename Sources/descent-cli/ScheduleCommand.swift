import ArgumentParser
import Descent
import DescentCharts

/// `descent schedule`
struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Shows what a schedule makes of a learning rate: as a table, as CSV, as a chart.",
    discussion: """
      descent schedule "warmup(500) cosine(min=0)" --steps 10000 --base 0.1 --out rate.png

      Lengths that are left out are what remains of --steps. descent schedules lists what there is.
      """)

  @Argument(help: "The schedule, as \"warmup(500) cosine\".")
  var spec: String
  @Option(help: "The steps of the run.")
  var steps: Int
  @Option(help: "The value that is scheduled, as the learning rate.")
  var base = 1.0
  @Option(help: "Draw the values into this file; .svg or .png.")
  var out: String?
  @Flag(help: "Print the values of all steps, with commas between, instead of a table of some.")
  var csv = false

  /// Lines of the table, at most.
  private static let rows = 21
  /// Steps that are computed: their values take 800 MB.
  private static let longest = 100_000_000
  /// Points of the chart, at most: more than it has columns.
  private static let points = 4000

  func run() throws {
    guard 1...Self.longest ~= steps else {
      throw DescentError(.invalidArgument, "--steps is \(steps), must be in 1...\(Self.longest)")
    }
    let file = try out.map { try ChartFile($0) }
    let schedule = try Schedule(spec, steps: steps)
    let values = try schedule.values(base: base, count: steps)
    if csv {
      try printAll(schedule, values)
    } else {
      try printSome(schedule, values)
    }
    if let file { try draw(schedule, values, file) }
  }

  // MARK: Text

  private func printAll(_ schedule: Schedule, _ values: [Double]) throws {
    try print(schedule.cyclesMomentum ? "step,value,momentum" : "step,value")
    for (step, value) in values.enumerated() {
      try print(line(schedule, step, value, separator: ","))
    }
  }

  private func line(_ schedule: Schedule, _ step: Int, _ value: Double, separator: String) throws -> String {
    let momentum = schedule.cyclesMomentum ? try schedule.momentum(at: step) : nil
    return ["\(step)", "\(value)", momentum.map { "\($0)" }].compactMap(\.self).joined(separator: separator)
  }

  private func printSome(_ schedule: Schedule, _ values: [Double]) throws {
    try print("\(schedule)\n")
    var cells = [["step", "value"] + (schedule.cyclesMomentum ? ["momentum"] : [])]
    for step in some(of: steps, atMost: Self.rows) {
      let value = values[step]
      let momentum = schedule.cyclesMomentum ? [brief(try schedule.momentum(at: step))] : []
      cells.append(["\(step)", brief(value)] + momentum)
    }
    try print(aligned(cells, beginsWithNames: false))
    if schedule.needsMetric {
      try print("\nreduce_lr_on_plateau waits for metrics, and so is not in these numbers.")
    }
  }

  // MARK: Chart

  private func draw(_ schedule: Schedule, _ values: [Double], _ file: ChartFile) throws {
    let points = some(of: steps, atMost: Self.points)
    var lines = [LineChart.Line(name: "value", points: points.map { (Double($0), values[$0]) })]
    if schedule.cyclesMomentum {
      let momenta = try points.map { (x: Double($0), y: try schedule.momentum(at: $0)) }
      lines.append(.init(name: "momentum", points: momenta))
    }
    if lines.count == 1 { lines[0].name = "" }
    try file.write(LineChart(title: "\(schedule)", xLabel: "Step", yLabel: "Value", lines: lines))
  }
}
