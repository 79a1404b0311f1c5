import ArgumentParser
import Descent
import Foundation

/// The rules that `descent trace` and its like are given: "sgd", "sgd(lr=0.6, momentum=0.5)", with the options that stand beside them.
struct TracedRule {
  let rule: RuleTable.Rule
  /// Those given, in the table's order.
  let options: [(option: TableOption, value: Double)]

  /// For the library.
  var named: NamedRule {
    NamedRule(rule.name, Dictionary(uniqueKeysWithValues: options.map { ($0.option.name, $0.value) }))
  }

  /// "sgd (lr=0.6, momentum=0.5)"
  var text: String {
    let values = options.map { "\($0.option.name)=\($0.option.text($0.value))" }
    return rule.name + (values.isEmpty ? "" : " (\(values.joined(separator: ", ")))")
  }

  // MARK: Reading

  /// Reads what the command line has besides its own options: rules, and options for those of them that have such.
  ///
  /// - Parameter command: whose other options may have been meant.
  /// - Throws: `DescentError` for unknown rules and options, and for values that are none.
  static func parse(
    _ arguments: [String], of command: any ParsableCommand.Type
  ) throws(DescentError) -> [TracedRule] {
    let (words, options) = split(arguments)
    var given: [(rule: RuleTable.Rule, own: [String: Double])] = []
    for word in words.isEmpty ? ["sgd"] : words {
      let rule = try RuleTable.named(RowText.name(word))
      given.append((rule, try RowText.options(word, of: rule)))
    }
    let shared = try RuleArguments.parse(options, rules: given.map(\.rule), of: command)
    return zip(given, shared).map { given, shared in
      let values = shared.merging(given.own) { $1 }
      return TracedRule(
        rule: given.rule,
        options: given.rule.options.compactMap { option in values[option.name].map { (option, $0) } })
    }
  }

  /// Words, and options with the values that follow them.
  private static func split(_ arguments: [String]) -> (words: [String], options: [String]) {
    let flags = RuleTable.rules.flatMap(\.options).filter { $0.kind == .flag }.map {
      RuleArguments.flag($0.name)
    }
    var (words, options, rest) = ([String](), [String](), arguments[...])
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        words.append(argument)
        continue
      }
      options.append(argument)
      let hasValue = !argument.contains("=") && !flags.contains(argument)
      if hasValue, let value = rest.first, !value.hasPrefix("--") {
        options.append(value)
        rest = rest.dropFirst()
      }
    }
    return (words, options)
  }
}
