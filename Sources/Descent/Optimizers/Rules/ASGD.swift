/// Averaged stochastic gradient descent: `torch.optim.ASGD`; Polyak and Juditsky 1992.
///
///     w   = (1 - lambd eta) w - eta g
///     ax += mu (w - ax)
///     eta = learningRate / (1 + lambd learningRate t)^alpha, mu = 1 / max(1, t - t0), both kept in float32 as in PyTorch
public struct ASGD: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decay of the weights and of the step size.
  public var lambd: Double
  /// The power of the step size's decay.
  public var alpha: Double
  /// The step at which averaging starts.
  public var t0: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, lambd: Double = 1e-4, alpha: Double = 0.75, t0: Double = 1e6,
    weightDecay: Double = 0, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.lambd = lambd
    self.alpha = alpha
    self.t0 = t0
    self.weightDecay = weightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "asgd" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weightDecay,
      "maximize": maximize.asOption,
    ]
  }
}
