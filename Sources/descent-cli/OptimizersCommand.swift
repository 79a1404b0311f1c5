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
    if markdown {
      print(OptimizersPage.text, terminator: "")
    } else if let name {
      print(try describe(RuleTable.named(name)))
    } else {
      list()
    }
  }

  private func list() {
    let width = RuleTable.rules.map(\.name.count).max() ?? 0
    for rule in RuleTable.rules { print("\(rule.name.padded(to: width))  \(rule.title)") }
    print("\nOptions, state and formula: descent optimizers NAME")
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
