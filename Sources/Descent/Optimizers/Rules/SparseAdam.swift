/// Adam for row-sparse gradients, where rows without a gradient keep their moments:
/// `torch.optim.SparseAdam`.
///
///     m += (1 - beta1)(g - m), v += (1 - beta2)(g² - v) for the rows of `rowGradient`
///     w -= learningRate √(1 - beta2^t) / (1 - beta1^t) m / (√v + eps)
///
/// A dense gradient, which PyTorch refuses, is one that has all rows.
public struct SparseAdam: OptimizerRule {
  /// The step size, > 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, > 0.
  public var eps: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "sparse_adam" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    ["lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "maximize": maximize.asOption]
  }
}
