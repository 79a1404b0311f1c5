/// Adamax, Adam with the infinity norm: `torch.optim.Adamax`; Kingma and Ba, arXiv:1412.6980.
///
///     m  = beta1 m + (1 - beta1) g
///     u  = max(beta2 u, |g| + eps)
///     w -= learningRate / (1 - beta1^t) m / u
public struct Adamax: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the gradients' absolute values, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "adamax" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "maximize": maximize.asOption,
    ]
  }
}
