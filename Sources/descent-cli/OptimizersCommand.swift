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
    try print(
      "\(TableText.list(RuleTable.rules, \.title))\n\nOptions, state and formula: descent optimizers NAME")
  }

  private func describe(_ rule: RuleTable.Rule) -> String {
    TableText.page(
      rule,
      facts: [
        ("formula", rule.formula), ("source", rule.source), ("takes", OptimizersPage.takes(rule)),
        ("state", OptimizersPage.state(rule)),
      ], optionName: RuleArguments.flag)
  }
}
