/// Resilient backpropagation, step sizes from the gradients' signs alone: `torch.optim.Rprop`; Riedmiller
/// and Braun 1993.
///
///     s  = s etas.1 while the gradient keeps its sign; s etas.0, and no step, when it has changed; within stepSizes
///     w -= s sign(g)
public struct Rprop: OptimizerRule {
  /// The size of the first steps, >= 0.
  public var learningRate: Double
  /// The factors of a step size after a change of sign and without, in (0, 1) and (1, inf).
  public var etas: (Double, Double)
  /// The smallest and the largest step.
  public var stepSizes: (Double, Double)
  /// Whether to climb instead of to descend.
  public var maximize: Bool

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, etas: (Double, Double) = (0.5, 1.2),
    stepSizes: (Double, Double) = (1e-6, 50), maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.etas = etas
    self.stepSizes = stepSizes
    self.maximize = maximize
  }

  /// The rule's name in the table.
  public var ruleName: String { "rprop" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "etaminus": etas.0, "etaplus": etas.1, "step_size_min": stepSizes.0,
      "step_size_max": stepSizes.1, "maximize": maximize.asOption,
    ]
  }
}
