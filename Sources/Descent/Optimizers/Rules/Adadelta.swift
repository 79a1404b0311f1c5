/// Adadelta, steps in the units of the weights: `torch.optim.Adadelta`; Zeiler, arXiv:1212.5701.
///
///     s  = rho s + (1 - rho) g²
///     d  = √(a + eps) / √(s + eps) g
///     a  = rho a + (1 - rho) d²
///     w -= learningRate d
public struct Adadelta: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decay of both running means, in [0, 1].
  public var rho: Double
  /// Added under both roots, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1, rho: Double = 0.9, eps: Double = 1e-6, weightDecay: Double = 0,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.rho = rho
    self.eps = eps
    self.weightDecay = weightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "adadelta" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    ["lr": learningRate, "rho": rho, "eps": eps, "weight_decay": weightDecay, "maximize": maximize.asOption]
  }
}
