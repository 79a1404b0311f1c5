/// Adagrad, gradients divided by the root of the sum of their squares: `torch.optim.Adagrad`; Duchi et al.
/// 2011.
///
///     s += g²
///     w -= learningRate / (1 + (t - 1) learningRateDecay) g / (√s + eps)
public struct Adagrad: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// How fast the step size falls, >= 0.
  public var learningRateDecay: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// What the sum of squares starts with, >= 0.
  public var initialAccumulatorValue: Double
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool
  /// Whether `eps` is added to the root or under it.
  public var epsilonPlacement: EpsilonPlacement

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, learningRateDecay: Double = 0, weightDecay: Double = 0,
    initialAccumulatorValue: Double = 0, eps: Double = 1e-10, maximize: Bool = false,
    epsilonPlacement: EpsilonPlacement = .outside
  ) {
    self.learningRate = learningRate
    self.learningRateDecay = learningRateDecay
    self.weightDecay = weightDecay
    self.initialAccumulatorValue = initialAccumulatorValue
    self.eps = eps
    self.maximize = maximize
    self.epsilonPlacement = epsilonPlacement
  }

  /// The rule's name in the table.
  public var ruleName: String { "adagrad" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "lr_decay": learningRateDecay, "weight_decay": weightDecay,
      "initial_accumulator_value": initialAccumulatorValue, "eps": eps, "maximize": maximize.asOption,
      "epsilon_placement": Double(epsilonPlacement.rawValue),
    ]
  }
}
