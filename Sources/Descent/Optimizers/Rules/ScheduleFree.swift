/// SGD that averages instead of lowering the learning rate: Defazio et al., arXiv:2405.15682.
///
///     y  = (1 - momentum) z + momentum x, the parameters, where g is taken
///     z -= learningRate (g + weightDecay y)
///     x += c (z - x), c = t^r (largest rate so far)^weightLearningRatePower / the sum of these
///
/// Evaluate and save at x: `optimizer.withEvaluationWeights { ... }`; `Trainer` does.
public struct ScheduleFreeSGD: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The share of the average in the points where gradients are taken, in (0, 1).
  public var momentum: Double
  /// The L2 penalty at those points, >= 0.
  public var weightDecay: Double
  /// The steps over which the learning rate rises linearly, >= 0.
  public var warmupSteps: Int
  /// The power of t in the weight of step t.
  public var r: Double
  /// The power of the learning rate in it.
  public var weightLearningRatePower: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 1, momentum: Double = 0.9, weightDecay: Double = 0, warmupSteps: Int = 0,
    r: Double = 0, weightLearningRatePower: Double = 2, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.warmupSteps = warmupSteps
    self.r = r
    self.weightLearningRatePower = weightLearningRatePower
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "schedule_free_sgd" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "momentum": momentum, "weight_decay": weightDecay,
      "warmup_steps": Double(warmupSteps), "r": r, "weight_lr_power": weightLearningRatePower,
      "maximize": maximize.asOption,
    ]
  }
}

/// AdamW that averages instead of lowering the learning rate: Defazio et al., arXiv:2405.15682.
///
/// As `ScheduleFreeSGD` with momentum beta1, and with g / (√(v / (1 - beta2^t)) + eps) + weightDecay y in place of g;
///     v = beta2 v + (1 - beta2) g².
public struct ScheduleFreeAdamW: OptimizerRule {
  /// The step size, >= 0.
  public var learningRate: Double
  /// The average's share in the points where gradients are taken, in (0, 1), and the decay of the mean of
  /// squares, in [0, 1).
  public var betas: (Double, Double)
  /// Added to the denominator, >= 0.
  public var eps: Double
  /// Weight decay at those points, >= 0.
  public var weightDecay: Double
  /// The steps over which the learning rate rises linearly, >= 0.
  public var warmupSteps: Int
  /// The power of t in the weight of step t.
  public var r: Double
  /// The power of the learning rate in it.
  public var weightLearningRatePower: Double
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with its usual defaults.
  public init(
    learningRate: Double = 2.5e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, warmupSteps: Int = 0, r: Double = 0, weightLearningRatePower: Double = 2,
    maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.warmupSteps = warmupSteps
    self.r = r
    self.weightLearningRatePower = weightLearningRatePower
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "schedule_free_adamw" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "beta1": betas.0, "beta2": betas.1, "eps": eps, "weight_decay": weightDecay,
      "warmup_steps": Double(warmupSteps), "r": r, "weight_lr_power": weightLearningRatePower,
      "maximize": maximize.asOption,
    ]
  }
}
