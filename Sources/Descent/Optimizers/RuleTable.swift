import CDescent

/// The update rules there are, as the C core's table has them: for command lines, documentation and tests.
public enum RuleTable {
  /// A rule and its options.
  public struct Rule: TableRow {
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
  public typealias Option = TableOption

  /// All rules.
  public static let rules: [Rule] = (0..<dsc_rule_count()).map { index in
    let info = dsc_rule_at(index)!.pointee
    return Rule(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: TableOption.list(info.options, info.option_count),
      slots: strings(info.slots), scalars: strings(info.scalars),
      stateSummary: info.state_summary.map { String(cString: $0) }
        ?? strings(info.slots).joined(separator: ", "),
      stateSize: [dsc_rule_state_size(info.name)].first { $0 >= 0 }.map(Int.init), kind: Kind(info.kind),
      divisions: Int(info.divisions), squareRoots: Int(info.square_roots))
  }

  /// The rule of a name; nil if there is none.
  public static func rule(_ name: String) -> Rule? { rules.row(name) }

  /// The rule of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one.
  public static func named(_ name: String) throws(DescentError) -> Rule {
    try rules.named(name, of: "optimizer")
  }
}
