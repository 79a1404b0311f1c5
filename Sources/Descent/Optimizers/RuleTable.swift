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
    /// The names of its state: usually a number each for every parameter element.
    public let slots: [String]
    /// The names of numbers that it keeps for each parameter besides.
    public let scalars: [String]
    /// What of its state is in use when.
    public let stateSummary: String
    /// How many numbers of state each parameter element has with the default options; nil where that depends on
    /// shapes, or is many.
    public let stateSize: Int?
    /// What it asks of parameters and callers.
    public let kind: Kind
    /// The divisions that each element costs an elementwise rule with the default options.
    public let divisions: Int
    /// The square roots, likewise.
    public let squareRoots: Int

    /// Whether steps need a closure: `optimizer.step { ... }`.
    public var needsClosure: Bool { kind == .closure }
  }

  /// What a rule looks at.
  public enum Kind: String, Sendable {
    /// Each element by itself.
    case elementwise
    /// Whole parameters, of any shape.
    case tensor
    /// Parameters of rank 2 only.
    case matrix
    /// The objective itself, several times a step.
    case closure

    fileprivate init(_ kind: dsc_rule_kind) {
      switch kind {
      case DSC_RULE_TENSOR: self = .tensor
      case DSC_RULE_MATRIX: self = .matrix
      case DSC_RULE_CLOSURE: self = .closure
      default: self = .elementwise
      }
    }
  }

  /// An option of a rule.
  public struct Option: Sendable {
    /// PyTorch's name: "weight_decay".
    public let name: String
    /// What values it takes.
    public let kind: Kind
    /// The names of its values, for choices: the value is the index.
    public let choices: [String]
    /// The value it has when none is given.
    public let initial: Double
    /// The allowed values, as "[0, inf)".
    public let range: String
    /// What it does, in a few words.
    public let summary: String

    /// What values an option takes.
    public enum Kind: Sendable {
      /// Numbers.
      case real
      /// 0 or 1.
      case flag
      /// Whole numbers.
      case integer
      /// One of a few names.
      case choice
    }

    /// A value as people write it: a choice's name, a flag's truth.
    public func text(_ value: Double) -> String {
      switch kind {
      case .real, .integer: value.short
      case .flag: value == 0 ? "false" : "true"
      case .choice:
        Int(exactly: value).flatMap { choices.indices.contains($0) ? choices[$0] : nil } ?? value.short
      }
    }

    /// The value that a text means; nil if it is none.
    public func value(_ text: String) -> Double? {
      switch kind {
      case .flag where text == "true": 1
      case .flag where text == "false": 0
      case .choice: choices.firstIndex(of: text).map(Double.init) ?? Double(text)
      default: Double(text)
      }
    }
  }

  /// All rules.
  public static let rules: [Rule] = (0..<dsc_rule_count()).map { index in
    let info = dsc_rule_at(index)!.pointee
    return Rule(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: UnsafeBufferPointer(start: info.options, count: info.option_count).map(Option.init),
      slots: names(info.slots), scalars: names(info.scalars),
      stateSummary: info.state_summary.map { String(cString: $0) }
        ?? names(info.slots).joined(separator: ", "),
      stateSize: [dsc_rule_state_size(info.name)].first { $0 >= 0 }.map(Int.init), kind: Kind(info.kind),
      divisions: Int(info.divisions), squareRoots: Int(info.square_roots))
  }

  /// The C array's strings, up to the first that is missing.
  private static func names<Strings>(_ strings: Strings) -> [String] {
    withUnsafeBytes(of: strings) { bytes in
      bytes.bindMemory(to: UnsafePointer<CChar>?.self).prefix { $0 != nil }.map { String(cString: $0!) }
    }
  }

  /// The rule of a name; nil if there is none.
  public static func rule(_ name: String) -> Rule? { rules.first { $0.name == name } }

  /// The rule of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one.
  public static func named(_ name: String) throws(DescentError) -> Rule {
    guard let rule = rule(name) else {
      throw .unknown("optimizer", name, among: rules.map(\.name))
    }
    return rule
  }
}

extension RuleTable.Option {
  fileprivate init(_ info: dsc_option_info) {
    let ends = (info.minimum_open ? "(" : "[", info.maximum_open ? ")" : "]")
    let kind: Kind
    var (range, choices) = ("\(ends.0)\(info.minimum.short), \(info.maximum.short)\(ends.1)", [String]())
    switch info.kind {
    case DSC_OPTION_FLAG: (kind, range) = (.flag, "true or false")
    case DSC_OPTION_INTEGER: kind = .integer
    case DSC_OPTION_CHOICE:
      kind = .choice
      choices = (0...Int(info.maximum)).map { String(cString: info.choices[$0]!) }
      range = choices.joined(separator: " or ")
    default: kind = .real
    }
    self.init(
      name: String(cString: info.name), kind: kind, choices: choices, initial: info.initial, range: range,
      summary: String(cString: info.summary))
  }
}

extension Double {
  /// Without a fraction where there is none.
  fileprivate var short: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self)
  }
}
