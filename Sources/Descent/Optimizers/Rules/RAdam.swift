/// RAdam, Adam that is adaptive only once the variance can be told: `torch.optim.RAdam`; Liu et al.,
/// arXiv:1908.03265.
///
///     rho = rho∞ - 2 t beta2^t / (1 - beta2^t), rho∞ = 2 / (1 - beta2) - 1
///     w  -= learningRate m / (1 - beta1^t) (r √(1 - beta2^t) / (√v + eps) if rho > 5)
///     r²  = (rho - 4)(rho - 2) rho∞ / ((rho∞ - 4)(rho∞ - 2) rho)
///
/// with `Adam`'s m and v.
public struct RAdam: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether weight decay shrinks the weights by `learningRate * weightDecay` instead.
  public var decoupledWeightDecay: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "radam" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "decoupled_weight_decay": decoupledWeightDecay.asOption, "maximize": maximize.asOption,
    ]
  }
}
