import ArgumentParser
import Descent

/// The options of an optimizer on the command line: whatever the rule's table lists.
enum RuleArguments {
  /// "--weight-decay" for "weight_decay".
  static func flag(_ option: String) -> String { "--" + option.replacing("_", with: "-") }

  /// Reads `--lr 0.1 --nesterov --weight-decay=1e-4` by the table's row for `rule`.
  ///
  /// - Throws: `DescentError` for an unknown rule, an unknown option, and a value that is missing or no number.
  static func parse(_ arguments: [String], rule name: String) throws(DescentError) -> [String: Double] {
    let rule = try RuleTable.named(name)
    return try parse(arguments, rules: [rule], of: TrainCommand.self)[0]
  }

  /// The same for several rules: each takes the options that it has.
  ///
  /// - Parameter command: whose other options may have been meant.
  /// - Throws: `DescentError` for an option that none of the rules has, and as above.
  static func parse(
    _ arguments: [String], rules: [RuleTable.Rule], of command: any ParsableCommand.Type
  ) throws(DescentError) -> [[String: Double]] {
    var values = rules.map { _ in [String: Double]() }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      let named = rules.map { rule in rule.options.first { flag($0.name) == parts.first ?? "" } }
      guard let first = named.compactMap(\.self).first else {
        throw unknown(parts.first ?? "", rules, command)
      }
      let text: String? = parts.count == 2 ? parts[1] : first.kind == .flag ? "true" : rest.popFirst()
      for (index, option) in named.enumerated() {
        guard let option else { continue }
        values[index][option.name] = try value(option, text, name: flag(option.name))
      }
    }
    return values
  }

  /// The value of an option that a text gives.
  ///
  /// - Parameter name: how the option is written.
  static func value(_ option: TableOption, _ text: String?, name: String) throws(DescentError) -> Double {
    guard let text, let value = option.value(text) else {
      throw DescentError(
        .invalidArgument,
        "\(name) needs \(option.kind == .choice || option.kind == .flag ? "" : "a number in ")\(option.range)"
      )
    }
    return value
  }

  /// These commands leave all that they do not know to the optimizer: so their own options may be what was meant.
  private static func unknown(
    _ option: String, _ rules: [RuleTable.Rule], _ command: any ParsableCommand.Type
  ) -> DescentError {
    let others = command.helpMessage().matches(of: /--[a-z-]+/).map { String($0.output) }
    let own = rules.map { rule in rule.options.map { flag($0.name) } }
    let near = Nearest.name(to: option, among: own.joined() + others)
    let hint = near.map { "did you mean '\($0)'? Optimizer" } ?? "optimizer"
    let lists = zip(rules, own).map { "\($0.name) has \($1.joined(separator: ", "))" }
    return DescentError(
      .invalidArgument, "unknown option '\(option)'; \(hint) \(lists.joined(separator: "; "))")
  }
}
