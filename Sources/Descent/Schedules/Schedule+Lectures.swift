/// The schedules of textbooks, and those that came after PyTorch's. `descent schedules` has their formulas.
extension Schedule {
  /// base factors[i] from boundaries[i - 1] on: one factor more than boundaries, which rise.
  public static func piecewiseConstant(boundaries: [Double], factors: [Double]) -> Schedule {
    row("piecewise_constant", list("boundaries", boundaries) + list("factors", factors))
  }

  /// base exp(-lambda t).
  public static func exponentialDecay(lambda: Double) -> Schedule {
    row("exponential_decay", [("lambda", lambda)])
  }

  /// base (beta t + 1)^(-alpha).
  public static func polynomialDecay(alpha: Double = 0.5, beta: Double = 1) -> Schedule {
    row("polynomial_decay", [("alpha", alpha), ("beta", beta)])
  }

  /// base / (t + 1).
  public static func inverseTime() -> Schedule { row("inverse_time") }

  /// r / (L sqrt T) all the time: what the analysis of convex objectives chooses where the distance r to the best weights,
  /// the bound L of the gradients' norms and the number T of steps are known. nil: the run's.
  public static func knownHorizon(distance r: Double, gradientBound l: Double, steps: Int? = nil) -> Schedule
  {
    row("known_horizon", [("r", r), ("L", l)] + option("T", steps))
  }

  /// base / sqrt(t + 1): d2l's `SquareRootScheduler`.
  public static func squareRoot() -> Schedule { row("square_root") }

  /// base factor^t, but not below a rate: d2l's `FactorScheduler`.
  public static func factor(_ factor: Double = 1, stopFactorLR: Double = 1e-7) -> Schedule {
    row("factor", [("factor", factor), ("stop_factor_lr", stopFactorLR)])
  }

  /// A linear rise from `warmupStart` to base in `warmup` steps, then half a cosine to `minimum`, where it stays: d2l's
  /// `CosineScheduler`.
  ///
  /// - Parameter steps: with those of the warm-up; nil: what is left of the run.
  public static func cosine(
    steps: Int? = nil, minimum: Double = 0, warmup: Int = 0, warmupStart: Double = 0
  ) -> Schedule {
    row(
      "cosine",
      option("steps", steps) + [("min", minimum), ("warmup", Double(warmup)), ("warmup_start", warmupStart)])
  }

  /// From base start to base along a line, in so many steps.
  public static func warmup(steps: Int, start: Double = 0) -> Schedule {
    row("warmup", [("steps", Double(steps)), ("start", start)])
  }

  /// The fall at the end of `warmupStableDecay`, by its share x.
  public enum DecayShape: Int, Sendable {
    /// 1 - x
    case linear
    /// (1 + cos(pi x)) / 2
    case cosine
    /// 1 - sqrt x
    case sqrt
  }

  /// A linear rise from 0, base for most of the run, and a fall to `minimum` in the last `decay` steps.
  ///
  /// - Parameter steps: of all three; nil: what is left of the run.
  public static func warmupStableDecay(
    steps: Int? = nil, warmup: Int = 0, decay: Int, minimum: Double = 0, shape: DecayShape = .linear
  ) -> Schedule {
    let options: [(String, Double)] = [
      ("warmup", Double(warmup)), ("decay", Double(decay)), ("min", minimum),
      ("shape", Double(shape.rawValue)),
    ]
    return row("warmup_stable_decay", option("steps", steps) + options)
  }

  /// A linear rise from 0 in `warmup` steps, then base sqrt(timescale / (steps since + timescale)).
  ///
  /// - Parameter timescale: nil: as many as the warm-up has, or 1.
  public static func inverseSquareRoot(warmup: Int = 0, timescale: Int? = nil) -> Schedule {
    row("inverse_square_root", [("warmup", Double(warmup))] + option("timescale", timescale))
  }

  /// A linear rise from 0 in `warmup` steps, then a line to 0.
  ///
  /// - Parameter steps: with those of the warm-up; nil: what is left of the run.
  public static func linearToZero(steps: Int? = nil, warmup: Int = 0) -> Schedule {
    row("linear_to_zero", option("steps", steps) + [("warmup", Double(warmup))])
  }
}
