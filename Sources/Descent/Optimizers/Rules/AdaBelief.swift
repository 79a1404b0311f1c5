/// AdaBelief, large steps where gradients are as expected: Zhuang et al., arXiv:2010.07468.
///
///     s  = beta2 s + (1 - beta2)(g - m)² + eps
///     w -= learningRate m / (1 - beta1^t) / (√(s / (1 - beta2^t)) + eps)
///
/// with `Adam`'s m.
public struct AdaBelief: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running mean of gradients and of the variance around it, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the variance at every step, and to its root; >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether weight decay shrinks the weights by `learningRate * weightDecay` instead.
  public var decoupledWeightDecay: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-16,
    weightDecay: Double = 0, decoupledWeightDecay: Bool = true, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "adabelief" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "decoupled_weight_decay": decoupledWeightDecay.asOption, "maximize": maximize.asOption,
    ]
  }
}
