extension Schedule {
  /// base gamma^floor(t / stepSize): `StepLR`.
  public static func step(stepSize: Int, gamma: Double = 0.1) -> Schedule {
    row("step", [("step_size", Double(stepSize)), ("gamma", gamma)])
  }

  /// base times gamma at each milestone: `MultiStepLR`. A milestone that stands twice counts twice.
  public static func multiStep(milestones: [Int], gamma: Double = 0.1) -> Schedule {
    row("multi_step", list("milestones", milestones.map(Double.init)) + [("gamma", gamma)])
  }

  /// base factor for `totalIters` steps, then base: `ConstantLR`. With 0 of them it stays at base factor.
  public static func constant(factor: Double = 1.0 / 3, totalIters: Int = 5) -> Schedule {
    row("constant", [("factor", factor), ("total_iters", Double(totalIters))])
  }

  /// From base startFactor to base endFactor along a line, in `totalIters` steps: `LinearLR`.
  public static func linear(
    startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5
  ) -> Schedule {
    row(
      "linear",
      [("start_factor", startFactor), ("end_factor", endFactor), ("total_iters", Double(totalIters))])
  }

  /// base gamma^t: `ExponentialLR`.
  public static func exponential(gamma: Double) -> Schedule { row("exponential", [("gamma", gamma)]) }

  /// base (1 - t / totalIters)^power, and 0 from there on: `PolynomialLR`.
  public static func polynomial(totalIters: Int = 5, power: Double = 1) -> Schedule {
    row("polynomial", [("total_iters", Double(totalIters)), ("power", power)])
  }

  /// Half a cosine from base to `minimum` in so many steps, and up again: `CosineAnnealingLR`. nil: what is left of the
  /// run.
  public static func cosineAnnealing(steps: Int? = nil, minimum: Double = 0) -> Schedule {
    row("cosine_annealing", option("T_max", steps) + [("eta_min", minimum)])
  }

  /// Half a cosine from base to `minimum`, again and again: first in `firstSteps` steps, then in `factor` times as many as
  /// before. `CosineAnnealingWarmRestarts`.
  public static func cosineAnnealingWarmRestarts(
    firstSteps: Int, factor: Int = 1, minimum: Double = 0
  ) -> Schedule {
    row(
      "cosine_annealing_warm_restarts",
      [("T_0", Double(firstSteps)), ("T_mult", Double(factor)), ("eta_min", minimum)])
  }

  /// The tops of a `cyclic` schedule.
  public enum CycleMode: Int, Sendable {
    /// All of one height.
    case triangular
    /// Of half the height after each cycle.
    case triangular2
    /// gamma^t of the height.
    case expRange
  }

  /// What the scale of a `cyclic` schedule depends on.
  public enum ScaleMode: Int, Sendable {
    /// The cycle's number, from 1 on.
    case cycle
    /// The step.
    case iterations
  }

  /// Up from baseLR to maxLR and down again, and momentum the other way round, again and again: `CyclicLR`. Whatever the
  /// base is.
  ///
  /// - Parameters:
  ///   - stepSizeDown: nil: as many as up.
  ///   - scale: replaces `mode`: the share of the height, by what `scaleMode` says.
  ///   - cycleMomentum: whether momentum, or Adam's beta1, goes from `maxMomentum` at the bottom to `baseMomentum` at the
  ///     top.
  public static func cyclic(
    baseLR: Double, maxLR: Double, stepSizeUp: Int = 2000, stepSizeDown: Int? = nil,
    mode: CycleMode = .triangular, gamma: Double = 1, scale: (@Sendable (Int) -> Double)? = nil,
    scaleMode: ScaleMode = .cycle, cycleMomentum: Bool = true, baseMomentum: Double = 0.8,
    maxMomentum: Double = 0.9
  ) -> Schedule {
    let options: [(String, Double)] =
      [("base_lr", baseLR), ("max_lr", maxLR), ("step_size_up", Double(stepSizeUp))]
      + option("step_size_down", stepSizeDown)
      + [
        ("mode", Double(mode.rawValue)), ("gamma", gamma), ("scale_mode", Double(scaleMode.rawValue)),
        ("cycle_momentum", cycleMomentum.asOption), ("base_momentum", baseMomentum),
        ("max_momentum", maxMomentum),
      ]
    guard let scale else { return row("cyclic", options) }
    return row("cyclic", options, scale)
  }

  /// Along what `oneCycle` goes.
  public enum AnnealStrategy: Int, Sendable {
    /// Half a cosine.
    case cos
    /// A line.
    case linear
  }

  /// Up from maxLR / divFactor to maxLR, and down to maxLR / (divFactor finalDivFactor), and momentum the other way round:
  /// `OneCycleLR`. Whatever the base is. It has no values after its last step.
  ///
  /// - Parameters:
  ///   - steps: of the cycle, `total_steps`; nil: what is left of the run. PyTorch's `epochs` and `steps_per_epoch` are
  ///     their product.
  ///   - pctStart: the share of them that rise.
  ///   - threePhase: whether it first goes back to the first value, as long as up.
  public static func oneCycle(
    maxLR: Double, steps: Int? = nil, pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos,
    cycleMomentum: Bool = true, baseMomentum: Double = 0.85, maxMomentum: Double = 0.95,
    divFactor: Double = 25, finalDivFactor: Double = 1e4, threePhase: Bool = false
  ) -> Schedule {
    let options: [(String, Double)] =
      [("max_lr", maxLR)] + option("total_steps", steps)
      + [
        ("pct_start", pctStart), ("anneal_strategy", Double(annealStrategy.rawValue)),
        ("cycle_momentum", cycleMomentum.asOption), ("base_momentum", baseMomentum),
        ("max_momentum", maxMomentum), ("div_factor", divFactor), ("final_div_factor", finalDivFactor),
        ("three_phase", threePhase.asOption),
      ]
    return row("one_cycle", options)
  }

  /// Whether lower metrics are better, or higher ones.
  public enum MetricMode: Int, Sendable {
    /// Lower ones, as of losses.
    case min
    /// Higher ones, as of accuracies.
    case max
  }

  /// How a threshold is meant.
  public enum ThresholdMode: Int, Sendable {
    /// As a share of the best so far.
    case rel
    /// As it is.
    case abs
  }

  /// base, times factor each time that more than `patience` metrics in a row were no better: `ReduceLROnPlateau`.
  /// `Scheduler.epoch(metric:)` feeds it. In a chain it multiplies the whole.
  public static func reduceLROnPlateau(
    mode: MetricMode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
    thresholdMode: ThresholdMode = .rel, cooldown: Int = 0, minLR: Double = 0, eps: Double = 1e-8
  ) -> Schedule {
    let options: [(String, Double)] = [
      ("mode", Double(mode.rawValue)), ("factor", factor), ("patience", Double(patience)),
      ("threshold", threshold), ("threshold_mode", Double(thresholdMode.rawValue)),
      ("cooldown", Double(cooldown)), ("min_lr", minLR), ("eps", eps),
    ]
    return row("reduce_lr_on_plateau", options)
  }
}
