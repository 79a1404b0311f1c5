/// Yogi, Adam whose squares change by no more than a gradient's: Dive into Deep Learning 12.10; Zaheer et
/// al. 2018.
///
///     v += (1 - beta2) sign(g² - v) g²
///     w -= learningRate m / (1 - beta1^t) / (√(v / (1 - beta2^t)) + eps)
///
/// with `Adam`'s m. The paper has no bias correction and starts v at 1e-6.
public struct Yogi: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The decays of the running means of gradients and of their squares, each in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// The L2 penalty, >= 0.
  public var weightDecay: Double
  /// What the squares start with, >= 0.
  public var initialAccumulatorValue: Double
  /// Whether the means are divided by 1 - beta^t.
  public var biasCorrection: Bool
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1e-2, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-3,
    weightDecay: Double = 0, initialAccumulatorValue: Double = 0, biasCorrection: Bool = true,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.initialAccumulatorValue = initialAccumulatorValue
    self.biasCorrection = biasCorrection
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "yogi" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "initial_accumulator_value": initialAccumulatorValue, "bias_correction": biasCorrection.asOption,
      "maximize": maximize.asOption,
    ]
  }
}
