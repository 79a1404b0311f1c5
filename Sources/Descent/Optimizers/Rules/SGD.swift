/// Stochastic gradient descent, with momentum: `torch.optim.SGD`.
///
///     g += weightDecay w
///     v  = momentum v + (1 - dampening) g        (v = g at the first step)
///     w -= learningRate v                        (g + momentum v with nesterov)
///
/// With `learningRateInVelocity`, as Rumelhart, Hinton and Williams 1986: v = momentum v + learningRate g; w -= v,
/// or learningRate g + momentum v with nesterov. The two differ only when the learning rate changes.
public struct SGD: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The share of the last velocity that is kept, >= 0.
  public var momentum: Double
  /// The share of the gradient kept out of the velocity, from the second step on.
  public var dampening: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether to look one velocity ahead; needs a momentum, and no dampening.
  public var nesterov: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool
  /// Whether the velocity is made of steps rather than of gradients.
  public var learningRateInVelocity: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false, learningRateInVelocity: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
    self.learningRateInVelocity = learningRateInVelocity
  }

  /// The rule's name in the table.
  public var ruleName: String { "sgd" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "momentum": momentum, "dampening": dampening, "weight_decay": weightDecay,
      "nesterov": nesterov.asOption, "maximize": maximize.asOption,
      "lr_in_velocity": learningRateInVelocity.asOption,
    ]
  }
}
