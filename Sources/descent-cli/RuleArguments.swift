import Descent

/// The options of an optimizer on the command line: whatever the rule's table lists.
enum RuleArguments {
  /// "--weight-decay" for "weight_decay".
  static func flag(_ option: String) -> String { "--" + option.replacing("_", with: "-") }

  /// Reads `--lr 0.1 --nesterov --weight-decay=1e-4` by the table's row for `rule`.
  ///
  /// - Throws: `DescentError` for an unknown rule, an unknown option, and a value that is missing or no number.
  static func parse(_ arguments: [String], rule name: String) throws(DescentError) -> [String: Double] {
    guard let rule = RuleTable.rule(name) else {
      let known = RuleTable.rules.map(\.name).joined(separator: ", ")
      throw DescentError(.invalidArgument, "unknown optimizer '\(name)'; there are \(known)")
    }
    var values: [String: Double] = [:]
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard let option = rule.options.first(where: { flag($0.name) == parts.first ?? "" }) else {
        let known = rule.options.map { flag($0.name) }.joined(separator: ", ")
        throw DescentError(.invalidArgument, "unknown option '\(argument)'; optimizer \(name) has \(known)")
      }
      if option.isFlag && parts.count == 1 {
        values[option.name] = 1
        continue
      }
      guard let text = parts.count == 2 ? parts[1] : rest.popFirst(), let value = number(text, option) else {
        throw DescentError(.invalidArgument, "\(flag(option.name)) needs a number in \(option.range)")
      }
      values[option.name] = value
    }
    return values
  }

  private static func number(_ text: String, _ option: RuleTable.Option) -> Double? {
    switch text {
    case "true" where option.isFlag: 1
    case "false" where option.isFlag: 0
    default: Double(text)
    }
  }

  /// The table, for `--help`.
  static var help: String {
    RuleTable.rules.map { rule in
      let options = rule.options.map { option in
        let value = option.isFlag ? "" : " \(option.range), default \(option.initial)"
        return "    \(flag(option.name))\(value): \(option.summary)"
      }
      return "  \(rule.name): \(rule.title)\n" + options.joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
