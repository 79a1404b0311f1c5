/// Adan, adaptive Nesterov momentum from the gradients' changes: Xie et al., arXiv:2208.06677.
///
///     d = g - the last g; m, v, s: running means of g, d and (g + beta2 d)², each divided by 1 - beta^t
///     w = (w - learningRate (m + beta2 v) / (√s + eps)) / (1 + learningRate weightDecay)
public struct Adan: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients, of their changes and of squares, each in [0, 1).
  public var betas: (Double, Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// Weight decay, >= 0.
  public var weightDecay: Double
  /// Whether the weights shrink by `1 - learningRate * weightDecay` before the step instead.
  public var noProx: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double, Double) = (0.98, 0.92, 0.99), eps: Double = 1e-8,
    weightDecay: Double = 0, noProx: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.noProx = noProx
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "adan" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "beta3": betas.2, "eps": eps,
      "weight_decay": weightDecay, "no_prox": noProx.asOption, "maximize": maximize.asOption,
    ]
  }
}
