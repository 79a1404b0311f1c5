/// NAdam, Adam with Nesterov momentum: `torch.optim.NAdam`; Dozat 2016.
///
///     µ_t = beta1 (1 - 0.96^(t momentumDecay) / 2)
///     w  -= learningRate ((1 - µ_t) g / (1 - µ_1 ⋯ µ_t) + µ_{t+1} m / (1 - µ_1 ⋯ µ_{t+1})) / (√(v / (1 - beta2^t)) + eps)
///
/// with `Adam`'s m and v. The product of the µ is kept in float32, as PyTorch does.
public struct NAdam: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// How fast the momentum rises to beta1, >= 0.
  public var momentumDecay: Double
  /// Whether weight decay shrinks the weights by `learningRate * weightDecay` instead.
  public var decoupledWeightDecay: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.momentumDecay = momentumDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "nadam" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "momentum_decay": momentumDecay, "decoupled_weight_decay": decoupledWeightDecay.asOption,
      "maximize": maximize.asOption,
    ]
  }
}
