/// An update rule with values for its options: `SGD(learningRate: 0.1, momentum: 0.9)`.
///
/// A rule is a value; `Optimizer` applies it to parameters. Ranges are checked then.
public protocol OptimizerRule: Sendable {
  /// The rule's name in the table of the C core.
  var ruleName: String { get }
  /// The values by the table's option names; the others have their defaults.
  var options: [String: Double] { get }
}

/// A rule by its name in the table, for programs that read it from somewhere.
public struct NamedRule: OptimizerRule {
  /// The rule's name in the table.
  public let ruleName: String
  /// The values by the table's option names.
  public let options: [String: Double]

  /// The rule `name` with these options; unknown ones are refused when it is used.
  public init(_ name: String, _ options: [String: Double] = [:]) {
    ruleName = name
    self.options = options
  }
}

extension Bool {
  /// A flag as the table keeps it.
  var asOption: Double { self ? 1 : 0 }
}
