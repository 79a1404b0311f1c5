/// Adam, adaptive moment estimation: `torch.optim.Adam`; Kingma and Ba, arXiv:1412.6980.
///
///     m  = beta1 m + (1 - beta1) g
///     v  = beta2 v + (1 - beta2) g²
///     w -= learningRate m / (1 - beta1^t) / (√(v / (1 - beta2^t)) + eps)
public struct Adam: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether to divide by the largest running mean of squares so far.
  public var amsgrad: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool
  /// Whether weight decay shrinks the weights by `learningRate * weightDecay` instead.
  public var decoupledWeightDecay: Bool
  /// Whether `eps` is added to the root or under it.
  public var epsilonPlacement: EpsilonPlacement

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false,
    decoupledWeightDecay: Bool = false, epsilonPlacement: EpsilonPlacement = .outside
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
    self.epsilonPlacement = epsilonPlacement
  }

  /// The rule's name in the table.
  public var ruleName: String { "adam" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "amsgrad": amsgrad.asOption, "maximize": maximize.asOption,
      "decoupled_weight_decay": decoupledWeightDecay.asOption,
      "epsilon_placement": Double(epsilonPlacement.rawValue),
    ]
  }
}

/// Adam with decoupled weight decay: `torch.optim.AdamW`; Loshchilov and Hutter, arXiv:1711.05101.
///
/// As `Adam`, after `w -= learningRate weightDecay w`.
public struct AdamW: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// Decoupled weight decay: the weights shrink by `learningRate * weightDecay`; >= 0.
  public var weightDecay: Double
  /// Whether to divide by the largest running mean of squares so far.
  public var amsgrad: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool
  /// Whether `eps` is added to the root or under it.
  public var epsilonPlacement: EpsilonPlacement

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 1e-2, amsgrad: Bool = false, maximize: Bool = false,
    epsilonPlacement: EpsilonPlacement = .outside
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    self.epsilonPlacement = epsilonPlacement
  }

  /// The rule's name in the table.
  public var ruleName: String { "adamw" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "amsgrad": amsgrad.asOption, "maximize": maximize.asOption,
      "epsilon_placement": Double(epsilonPlacement.rawValue), "decoupled_weight_decay": true.asOption,
    ]
  }
}
