/// LAMB, Adam with a rate for each tensor: You et al., arXiv:1904.00962.
///
///     r  = m / (1 - beta1^t) / (√(v / (1 - beta2^t)) + eps) + weightDecay w
///     w -= learningRate |w| / |r| r              (|w| / |r| is 1 where either is 0)
public struct LAMB: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The share of the weights in the direction, >= 0.
  public var weightDecay: Double
  /// Whether the means are divided by 1 - beta^t.
  public var biasCorrection: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-6,
    weightDecay: Double = 0, biasCorrection: Bool = true, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.biasCorrection = biasCorrection
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "lamb" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "bias_correction": biasCorrection.asOption, "maximize": maximize.asOption,
    ]
  }
}
