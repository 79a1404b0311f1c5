/// LARS, momentum with a rate for each tensor: You, Gitman and Ginsburg, arXiv:1708.03888.
///
///     r  = trustCoefficient |w| / (|g| + weightDecay |w| + eps)       (1 where |w| or |g| is 0)
///     v  = momentum v + learningRate r (g + weightDecay w)
///     w -= v
public struct LARS: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The share of the last velocity that is kept, >= 0.
  public var momentum: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// The length of a step against the weights', >= 0.
  public var trustCoefficient: Double
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// Whether to look one velocity ahead.
  public var nesterov: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1, momentum: Double = 0.9, weightDecay: Double = 0,
    trustCoefficient: Double = 1e-3, eps: Double = 0, nesterov: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.trustCoefficient = trustCoefficient
    self.eps = eps
    self.nesterov = nesterov
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "lars" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "momentum": momentum, "weight_decay": weightDecay,
      "trust_coefficient": trustCoefficient, "eps": eps, "nesterov": nesterov.asOption,
      "maximize": maximize.asOption,
    ]
  }
}
