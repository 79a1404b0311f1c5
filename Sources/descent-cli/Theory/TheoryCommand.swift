import ArgumentParser
import Descent
import DescentCharts

/// `descent theory`
struct TheoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theory",
    abstract:
      "Shows what the lectures claim of optimization: formula beside experiment, as a table and as a chart.",
    discussion: """
      descent theory rates --out rates.png
      descent theory momentum --beta 0.95,0.9,0.6,0 --show radius --out radius.svg

      The formulas are also functions of the library: SGDDynamics, SGDBound, ReplacementShares, GradientNoise, Spectrum, \
      GerschgorinDisc.
      """,
    subcommands: [
      RatesCommand.self, MomentumCommand.self, BoundsCommand.self, SamplingCommand.self,
      VarianceCommand.self, PreconditioningCommand.self, ConditioningCommand.self, SaddlesCommand.self,
    ])
}

/// Where a chart goes.
struct TheoryOutput: ParsableArguments {
  @Option(help: "Draw into this file; .png or .svg.")
  var out: String?

  /// - Throws: `DescentError` before anything is computed, for a name that says no format.
  func file() throws(DescentError) -> ChartFile? {
    guard let out else { return nil }
    return try ChartFile(out)
  }
}

/// What every subcommand shows: what it is about, formulas, tables, and where all of that is from.
struct TheoryPage {
  let title: String
  let formulas: [String]
  /// What stands before a table, and its rows, of which the first is the header.
  var tables: [(text: String, rows: [[String]])] = []
  /// What is to be seen.
  var remarks: [String] = []
  let source: String

  func show(_ chart: some Chart, to file: ChartFile?) throws {
    try print("\(title)\n")
    for formula in formulas { try print("  \(formula)") }
    for table in tables {
      try print(table.text.isEmpty ? "" : "\n\(table.text)")
      let hasNames = table.rows.dropFirst().contains { Double($0[0]) == nil }
      try print(aligned(table.rows, beginsWithNames: hasNames))
    }
    if !remarks.isEmpty { try print("\n\(remarks.joined(separator: "\n"))") }
    try print("\nsource: \(source)")
    guard let file else { return }
    try file.write(chart)
    try print("drawn in \(file.path)")
  }
}

/// A number of steps by formula, in whole steps.
func stepCount(_ count: Double) -> String { count.isFinite ? brief(max(1, count.rounded(.up))) : "never" }

/// The lectures' book, of which all sections are.
enum Lectures {
  static func d2l(_ section: String, _ part: String) -> String {
    "Zhang, Lipton, Li and Smola, Dive into Deep Learning, \"\(section)\", \"\(part)\""
  }
}
