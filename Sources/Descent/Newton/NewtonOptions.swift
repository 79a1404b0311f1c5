import CDescent

/// How Newton's method goes, and when it stops.
public struct NewtonOptions: Sendable {
  /// How steps are made of gradient and Hessian.
  public enum Method: String, Sendable, CaseIterable {
    /// `projected` with bounds, `conjugateGradients` for more than 1000 elements, else `trustRegion`.
    case automatic
    /// The exact minimum of the quadratic model within a ball: Moré and Sorensen 1983. Escapes saddles.
    case trustRegion = "trust-region"
    /// Within the same ball, on the way from steepest descent to the Newton step: Powell 1970. Escapes saddles.
    case dogleg
    /// Within the same ball by conjugate gradients, with Hessian-vector products in place of the Hessian: Steihaug
    /// 1983. For many elements. Escapes saddles.
    case conjugateGradients = "conjugate-gradients"
    /// x - H⁻¹ g, made a direction of descent, and a line search along it.
    case lineSearch = "line-search"
    /// The same among the elements that are off their bounds: Bertsekas 1982. The one method that takes bounds.
    case projected
    /// x - H⁻¹ g, as in the lecture: to whatever stationary point is near.
    case pure

    var c: dsc_newton_method {
      switch self {
      case .automatic: DSC_NEWTON_AUTOMATIC
      case .trustRegion: DSC_NEWTON_TRUST_REGION
      case .dogleg: DSC_NEWTON_DOGLEG
      case .conjugateGradients: DSC_NEWTON_CONJUGATE_GRADIENTS
      case .lineSearch: DSC_NEWTON_LINE_SEARCH
      case .projected: DSC_NEWTON_PROJECTED
      case .pure: DSC_NEWTON_PURE
      }
    }
  }

  /// How far `lineSearch` goes along its direction.
  public enum LineSearch: String, Sendable, CaseIterable {
    /// To the strong Wolfe conditions, by bracketing and zooming: Nocedal and Wright 2006.
    case strongWolfe = "strong-wolfe"
    /// To the same conditions: Moré and Thuente 1994.
    case moreThuente = "more-thuente"
    /// Backtracking to a sufficient decrease, by values alone: Armijo 1966.
    case armijo

    var c: dsc_newton_search {
      switch self {
      case .strongWolfe: DSC_NEWTON_STRONG_WOLFE
      case .moreThuente: DSC_NEWTON_MORE_THUENTE
      case .armijo: DSC_NEWTON_ARMIJO
      }
    }
  }

  /// How steps are made.
  public var method: Method
  /// How far the method `lineSearch` goes.
  public var lineSearch: LineSearch
  /// Done when no element of the gradient is larger; with bounds, of x - projection(x - gradient). > 0.
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

  /// The method that fits the problem, to a gradient of 1e-8.
  public init(
    method: Method = .automatic, lineSearch: LineSearch = .strongWolfe,
    gradientTolerance: Double = DSC_NEWTON_DEFAULT_GRADIENT_TOLERANCE,
    stepTolerance: Double = 0, valueTolerance: Double = 0, radius: Double? = nil,
    lowest: Double = DSC_NEWTON_DEFAULT_LOWEST,
    maxIterations: Int = Int(DSC_NEWTON_DEFAULT_ITERATIONS), maxEvaluations: Int? = nil,
    maxSeconds: Double? = nil
  ) {
    self.method = method
    self.lineSearch = lineSearch
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
      method: method.c, search: lineSearch.c, gradient_tolerance: gradientTolerance,
      step_tolerance: stepTolerance, value_tolerance: valueTolerance, radius: radius ?? 0, lowest: lowest,
      max_iterations: Int64(maxIterations), max_evaluations: Int64(maxEvaluations ?? 0),
      max_seconds: maxSeconds ?? 0)
  }
}
