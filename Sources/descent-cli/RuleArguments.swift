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
    var values: [String: Double] = [:]
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard let option = rule.options.first(where: { flag($0.name) == parts.first ?? "" }) else {
        throw unknown(parts.first ?? "", rule)
      }
      if option.kind == .flag && parts.count == 1 {
        values[option.name] = 1
        continue
      }
      guard let text = parts.count == 2 ? parts[1] : rest.popFirst(), let value = option.value(text) else {
        throw DescentError(
          .invalidArgument,
          "\(flag(option.name)) needs \(option.kind == .choice || option.kind == .flag ? "" : "a number in ")\(option.range)"
        )
      }
      values[option.name] = value
    }
    return values
  }

  /// `descent train` leaves all that it does not know to the optimizer: so its own options may be what was meant.
  private static func unknown(_ option: String, _ rule: RuleTable.Rule) -> DescentError {
    let known = rule.options.map { flag($0.name) }
    let others = TrainCommand.helpMessage().matches(of: /--[a-z-]+/).map { String($0.output) }
    let hint = Nearest.name(to: option, among: known + others).map { "did you mean '\($0)'? Optimizer" }
    return DescentError(
      .invalidArgument,
      "unknown option '\(option)'; \(hint ?? "optimizer") \(rule.name) has \(known.joined(separator: ", "))")
  }
}
