/// Lookahead, around any rule: Zhang, Lucas, Hinton and Ba 2019, arXiv:1907.08610.
///
///     slow += alpha (w - slow), w = slow         after every `steps` steps of the rule
///
/// The slow weights are one more number of state for each parameter element. Not around `LBFGS`.
public struct Lookahead: OptimizerRule {
  /// The rule that takes the steps.
  public var base: any OptimizerRule
  /// The steps between two looks back, >= 1.
  public var steps: Int
  /// The share of the way that the slow weights go, in [0, 1].
  public var alpha: Double

  /// Lookahead with the paper's defaults.
  public init(_ base: any OptimizerRule, steps: Int = 5, alpha: Double = 0.5) {
    self.base = base
    self.steps = steps
    self.alpha = alpha
  }

  /// The base's name in the table.
  public var ruleName: String { base.ruleName }
  /// The base's values.
  public var options: [String: Double] { base.options }
}
