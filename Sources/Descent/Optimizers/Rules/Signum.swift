/// Signum, the sign of the running mean of gradients: Bernstein et al., arXiv:1802.04434. Without momentum:
/// signSGD.
///
///     m  = momentum m + (1 - momentum) g
///     w -= learningRate sign(m)
public struct Signum: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decay of the running mean, in [0, 1).
  public var momentum: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether weight decay shrinks the weights by `learningRate * weightDecay` instead.
  public var decoupledWeightDecay: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-3, momentum: Double = 0.9, weightDecay: Double = 0,
    decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "signum" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "momentum": momentum, "weight_decay": weightDecay,
      "decoupled_weight_decay": decoupledWeightDecay.asOption, "maximize": maximize.asOption,
    ]
  }
}
