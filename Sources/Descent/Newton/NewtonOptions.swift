import CDescent

/// How Newton's method goes, and when it stops.
public struct NewtonOptions: Sendable {
  /// How steps are made of gradient and Hessian.
  public enum Method: Sendable {
    /// x - H⁻¹ g, as in the lecture: to whatever stationary point is near.
    case pure
    /// The same direction, made one of descent, with a line search for the strong Wolfe conditions.
    case lineSearch
    /// The exact minimum of the quadratic model within a ball: Moré and Sorensen 1983. Escapes saddles.
    case trustRegion

    var c: dsc_newton_method {
      switch self {
      case .pure: DSC_NEWTON_PURE
      case .lineSearch: DSC_NEWTON_LINE_SEARCH
      case .trustRegion: DSC_NEWTON_TRUST_REGION
      }
    }
  }

  /// How steps are made.
  public var method: Method
  /// Done when no element of the gradient is larger; > 0.
  public var gradientTolerance: Double
  /// Done when |step| <= it max(1, |x|); 0: off.
  public var stepTolerance: Double
  /// Done when the value falls by no more than it max(1, |value|); 0: off.
  public var valueTolerance: Double
  /// The first trust region's radius; nil: max(1, |x|).
  public var radius: Double?
  /// A value below it means that the function is unbounded.
  public var lowest: Double
  /// The most iterations, >= 1.
  public var maxIterations: Int
  /// The most evaluations of the value; nil: any number.
  public var maxEvaluations: Int?
  /// The most seconds; nil: any number.
  public var maxSeconds: Double?

  /// The trust-region method, to a gradient of 1e-8.
  public init(
    method: Method = .trustRegion, gradientTolerance: Double = 1e-8, stepTolerance: Double = 0,
    valueTolerance: Double = 0, radius: Double? = nil, lowest: Double = -1e100, maxIterations: Int = 200,
    maxEvaluations: Int? = nil, maxSeconds: Double? = nil
  ) {
    self.method = method
    self.gradientTolerance = gradientTolerance
    self.stepTolerance = stepTolerance
    self.valueTolerance = valueTolerance
    self.radius = radius
    self.lowest = lowest
    self.maxIterations = maxIterations
    self.maxEvaluations = maxEvaluations
    self.maxSeconds = maxSeconds
  }

  var c: dsc_newton_options {
    dsc_newton_options(
      method: method.c, gradient_tolerance: gradientTolerance, step_tolerance: stepTolerance,
      value_tolerance: valueTolerance, radius: radius ?? 0, lowest: lowest,
      max_iterations: Int64(maxIterations), max_evaluations: Int64(maxEvaluations ?? 0),
      max_seconds: maxSeconds ?? 0)
  }
}
