/// RMSprop, gradients divided by their root mean square: `torch.optim.RMSprop`.
///
///     s  = alpha s + (1 - alpha) g²
///     a  = √(s - mean²) + eps                    (mean = 0 unless centered)
///     b  = momentum b + g / a
///     w -= learningRate b
public struct RMSprop: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decay of the running mean of squares, >= 0.
  public var alpha: Double
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// The share of the last velocity that is kept, >= 0.
  public var momentum: Double
  /// Whether to divide by the standard deviation: the squared running mean is subtracted.
  public var centered: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool
  /// Whether `eps` is added to the root or under it.
  public var epsilonPlacement: EpsilonPlacement

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0,
    momentum: Double = 0, centered: Bool = false, maximize: Bool = false,
    epsilonPlacement: EpsilonPlacement = .outside
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.eps = eps
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.centered = centered
    self.maximize = maximize
    self.epsilonPlacement = epsilonPlacement
  }

  /// The rule's name in the table.
  public var ruleName: String { "rmsprop" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "alpha": alpha, "eps": eps, "weight_decay": weightDecay, "momentum": momentum,
      "centered": centered.asOption, "maximize": maximize.asOption,
      "epsilon_placement": Double(epsilonPlacement.rawValue),
    ]
  }
}
