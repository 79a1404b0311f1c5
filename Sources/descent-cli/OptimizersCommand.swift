import ArgumentParser
import Descent

/// `descent optimizers`
struct OptimizersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimizers",
    abstract: "Lists the optimizers, or shows one with its options.")

  @Argument(help: "The optimizer to show.")
  var name: String?
  @Flag(help: "Print the documentation page about all of them.")
  var markdown = false

  func run() throws {
    if let name, markdown {
      throw DescentError(.invalidArgument, "--markdown is about all optimizers; leave out '\(name)', or it")
    }
    if markdown {
      try print(OptimizersPage.text, terminator: "")
    } else if let name {
      try print(describe(RuleTable.named(name)))
    } else {
      try list()
    }
  }

  private func list() throws {
    let width = RuleTable.rules.map(\.name.count).max() ?? 0
    for rule in RuleTable.rules { try print("\(rule.name.padded(to: width))  \(rule.title)") }
    try print("\nOptions, state and formula: descent optimizers NAME")
  }

  private func describe(_ rule: RuleTable.Rule) -> String {
    let rows = rule.options.map { option in
      [RuleArguments.flag(option.name), option.range, option.text(option.initial), option.summary]
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let options = rows.map { row in
      "  " + (0..<3).map { row[$0].padded(to: widths[$0]) }.joined(separator: "  ") + "  " + row[3]
    }
    return """
      \(rule.name): \(rule.title)

      formula  \(rule.formula)
      source   \(rule.source)
      takes    \(OptimizersPage.takes(rule))
      state    \(OptimizersPage.state(rule))

      options  (range, default)
      \(options.joined(separator: "\n"))
      """
  }
}

extension String {
  /// With blanks behind it.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
