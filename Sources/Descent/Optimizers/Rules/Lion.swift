/// Lion, the sign of a momentum: Chen et al., arXiv:2302.06675.
///
///     w -= learningRate (sign(beta1 m + (1 - beta1) g) + weightDecay w)
///     m  = beta2 m + (1 - beta2) g
public struct Lion: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The mean's share in the direction, and its decay, each in [0, 1).
  public var betas: (Double, Double)
  /// Decoupled weight decay: the weights shrink by `learningRate * weightDecay`; >= 0.
  public var weightDecay: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-4, betas: (Double, Double) = (0.9, 0.99), weightDecay: Double = 0,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.weightDecay = weightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "lion" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "weight_decay": weightDecay,
      "maximize": maximize.asOption,
    ]
  }
}
