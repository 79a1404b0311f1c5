import Descent
import Foundation

/// The rules that `descent trace` is given: "sgd", "sgd(lr=0.6, momentum=0.5)", with the options that stand beside them.
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
  /// - Throws: `DescentError` for unknown rules and options, and for values that are none.
  static func parse(_ arguments: [String]) throws(DescentError) -> [TracedRule] {
    let (words, options) = split(arguments)
    var given: [(rule: RuleTable.Rule, own: [String: Double])] = []
    for word in words.isEmpty ? ["sgd"] : words { given.append(try parse(word)) }
    let shared = try RuleArguments.parse(options, rules: given.map(\.rule), of: TraceCommand.self)
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

  /// "name", or "name(option=value, ...)".
  private static func parse(
    _ word: String
  ) throws(DescentError) -> (rule: RuleTable.Rule, own: [String: Double]) {
    let name = String(word.prefix { $0 != "(" }).trimmingCharacters(in: .whitespaces)
    let rule = try RuleTable.named(name)
    let list = word.drop { $0 != "(" }
    guard !list.isEmpty else { return (rule, [:]) }
    guard list.last == ")" else {
      throw DescentError(.invalidArgument, "'\(word)' has no ')' at its end")
    }
    var values: [String: Double] = [:]
    for part in list.dropFirst().dropLast().split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard let option = rule.options.first(where: { $0.name == pair.first ?? "" }) else {
        throw .unknown("option of \(name)", pair.first ?? "", among: rule.options.map(\.name))
      }
      guard values[option.name] == nil else {
        throw DescentError(.invalidArgument, "'\(word)' has \(option.name) twice")
      }
      let text = pair.count == 2 ? pair[1] : option.kind == .flag ? "true" : nil
      values[option.name] = try RuleArguments.value(option, text, name: "\(name)'s \(option.name)")
    }
    return (rule, values)
  }
}
