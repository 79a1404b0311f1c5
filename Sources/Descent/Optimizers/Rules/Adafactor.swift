/// Adafactor, a matrix's second moments from its rows' and columns' means: `torch.optim.Adafactor`; Shazeer
/// and Stern, arXiv:1804.04235.
///
///     V  = R C / mean(R), R and C the running means of g² over rows and columns; V itself for vectors
///     u  = g / √V
///     w -= min(learningRate, 1 / √t) max(eps.1, rms(w)) u / max(1, rms(u) / d)
public struct Adafactor: OptimizerRule {
  /// The largest step, against the weights' root mean square; >= 0.
  public var learningRate: Double
  /// Step t weighs t^beta2Decay in the running means; <= 0.
  public var beta2Decay: Double
  /// The least variance, 0 for the type's machine epsilon, and the least root mean square of the weights;
  /// each >= 0.
  public var eps: (Double, Double)
  /// The largest root mean square of an update, >= 1.
  public var d: Double
  /// Decoupled weight decay: the weights shrink by `learningRate * weightDecay`; >= 0.
  public var weightDecay: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, beta2Decay: Double = -0.8, eps: (Double, Double) = (0, 1e-3), d: Double = 1,
    weightDecay: Double = 0, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta2Decay = beta2Decay
    self.eps = eps
    self.d = d
    self.weightDecay = weightDecay
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "adafactor" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta2_decay": beta2Decay, "eps1": eps.0, "eps2": eps.1, "d": d,
      "weight_decay": weightDecay, "maximize": maximize.asOption,
    ]
  }
}
