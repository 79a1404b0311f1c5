import CDescent

/// The update rules there are, as the C core's table has them: for command lines, documentation and tests.
public enum RuleTable {
  /// A rule and its options.
  public struct Rule: Sendable {
    /// What the rule is called: "sgd".
    public let name: String
    /// A line that says what it is.
    public let title: String
    /// Where its numbers come from: a PyTorch page or a paper.
    public let source: String
    /// The update in one line.
    public let formula: String
    /// Its options, in the order of the reference.
    public let options: [Option]
    /// The names of its state, a number each for every parameter element.
    public let slots: [String]
  }

  /// An option of a rule.
  public struct Option: Sendable {
    /// PyTorch's name: "weight_decay".
    public let name: String
    /// Whether it is 0 or 1 rather than a number.
    public let isFlag: Bool
    /// The value it has when none is given.
    public let initial: Double
    /// The allowed values, as "[0, inf)".
    public let range: String
    /// What it does, in a few words.
    public let summary: String
  }

  /// All rules.
  public static let rules: [Rule] = (0..<dsc_rule_count()).map { index in
    let info = dsc_rule_at(index)!.pointee
    return Rule(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: UnsafeBufferPointer(start: info.options, count: info.option_count).map(Option.init),
      slots: withUnsafeBytes(of: info.slots) { bytes in
        bytes.bindMemory(to: UnsafePointer<CChar>?.self).prefix { $0 != nil }.map { String(cString: $0!) }
      })
  }

  /// The rule of a name; nil if there is none.
  public static func rule(_ name: String) -> Rule? { rules.first { $0.name == name } }
}

extension RuleTable.Option {
  fileprivate init(_ info: dsc_option_info) {
    self.init(
      name: String(cString: info.name), isFlag: info.kind == DSC_OPTION_FLAG, initial: info.initial,
      range:
        "\(info.minimum_open ? "(" : "[")\(info.minimum.short), \(info.maximum.short)\(info.maximum_open ? ")" : "]")",
      summary: String(cString: info.summary))
  }
}

extension Double {
  /// Without a fraction where there is none.
  fileprivate var short: String { self == rounded() && isFinite ? String(Int(self)) : String(self) }
}
