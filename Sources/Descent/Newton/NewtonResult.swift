import CDescent

/// What Newton's method found, and why it stopped there.
public struct NewtonResult: Sendable, CustomStringConvertible {
  /// Why an iteration stopped.
  public enum Reason: Int, Sendable, CaseIterable {
    /// No element of the gradient is larger than the tolerance, and the Hessian has no negative eigenvalue.
    case gradient = 100
    /// The step's tolerance is met.
    case step
    /// The value's tolerance is met.
    case value
    /// No step can lower the value any more: rounding is all that is left.
    case exact
    /// The limit of iterations is reached.
    case maxIterations
    /// The limit of evaluations is reached.
    case maxEvaluations
    /// The limit of time is reached.
    case maxSeconds
    /// The line search found nothing lower.
    case lineSearchFailed
    /// The value is not finite.
    case nonFiniteValue
    /// The gradient is not finite, at `badIndex`.
    case nonFiniteGradient
    /// The Hessian is not finite, at `badIndex`.
    case nonFiniteHessian
    /// The values fall below the lowest allowed.
    case unbounded
    /// The progress closure asked for it.
    case stopped
    /// The trust region has vanished.
    case radiusTooSmall
    /// The Hessian is singular, for pure Newton; or so badly conditioned that conjugate gradients get nowhere. Of a
    /// regression or of Gauss-Newton: a column is a combination of others.
    case singular
    /// The gradient vanishes, and the Hessian has a negative eigenvalue.
    case saddle
    /// A regression's data are separable: some coefficients would have to be infinite.
    case separable
    /// No step does what the derivatives say, and finite differences disagree with them at `badIndex`: an element of the
    /// gradient, or a column of the Jacobian.
    case wrongDerivative

    /// Whether it is a minimum's: the first four.
    public var isGood: Bool { rawValue <= Reason.exact.rawValue }
    /// A sentence.
    public var text: String { String(cString: dsc_newton_reason(dsc_status(rawValue))) }
  }

  /// One iteration; number 0 is the start.
  public struct Iterate: Sendable {
    /// Its number.
    public let iteration: Int
    /// Where it went.
    public let x: [Double]
    /// The value there.
    public let value: Double
    /// The largest absolute element of the gradient there; with bounds, of x - projection(x - gradient).
    public let gradientNorm: Double
    /// The step's length; NaN at the start.
    public let stepNorm: Double
    /// The trust region's radius; NaN for other methods.
    public let radius: Double
  }

  /// Why it stopped.
  public let reason: Reason
  /// The method it took: the one that `automatic` stood for.
  public let method: NewtonOptions.Method
  /// The last point.
  public let x: [Double]
  /// The value there.
  public let value: Double
  /// The largest absolute element of the gradient there.
  public let gradientNorm: Double
  /// Iterations done.
  public let iterations: Int
  /// How often value, gradient, Hessian and Hessian-vector products were asked for.
  public let evaluations: (value: Int, gradient: Int, hessian: Int, product: Int)
  /// The last Hessian's largest over its smallest absolute eigenvalue; with bounds, of the elements that are off them. Of
  /// `conjugateGradients` what up to 64 steps of Lanczos's method see, which is all for up to 64 elements.
  public let condition: Double
  /// How many of these eigenvalues are above, at and below 0, as far as rounding can tell.
  public let inertia: (positive: Int, zero: Int, negative: Int)
  /// Whether finite differences stood in for the gradient, or the Hessian.
  public let differences: (gradient: Bool, hessian: Bool)
  /// The trust region's radius at the end.
  public let radius: Double
  /// The element that was not finite.
  public let badIndex: Int?
  /// Every iteration, the start first.
  public let trace: [Iterate]
  /// The options it ran with.
  public let options: NewtonOptions

  /// What a run can be continued from, in this process or, saved as safetensors, in another.
  public var stateDict: [String: Tensor] {
    ["x": Tensor(x), "radius": Tensor(radius, dtype: .float64)]
  }

  init(
    _ status: dsc_status, _ x: [Double], _ found: dsc_newton_result, trace: [Iterate], options: NewtonOptions
  ) {
    reason = Reason(rawValue: Int(status))!
    method = NewtonOptions.Method.allCases.first { $0.c == found.method }!
    self.x = x
    value = found.value
    gradientNorm = found.gradient_norm
    iterations = Int(found.iterations)
    evaluations = (
      Int(found.value_evaluations), Int(found.gradient_evaluations), Int(found.hessian_evaluations),
      Int(found.product_evaluations)
    )
    condition = found.condition
    inertia = (Int(found.positive), Int(found.zero), Int(found.negative))
    differences = (found.differenced_gradient, found.differenced_hessian)
    radius = found.radius
    badIndex = found.bad_index < 0 ? nil : found.bad_index
    self.trace = trace
    self.options = options
  }

  /// Each criterion beside its tolerance.
  public var description: String {
    let last = trace.last
    func line(_ name: String, _ value: Double, _ tolerance: Double) -> String {
      let limit = tolerance == 0 ? "off" : "\(tolerance)"
      return "  \(name)\(value)  (tolerance \(limit))"
    }
    let change = trace.count > 1 ? trace[trace.count - 2].value - value : .nan
    return """
      \(reason.isGood ? "minimum" : "stopped"): \(reason.text)
        value          \(value)
      \(line("largest slope  ", gradientNorm, options.gradientTolerance))
      \(line("last step      ", last?.stepNorm ?? .nan, options.stepTolerance))
      \(line("last decrease  ", change, options.valueTolerance))
        method         \(method.rawValue)
        iterations     \(iterations)  (limit \(options.maxIterations))
        evaluations    \(evaluations.value) values, \(evaluations.gradient) gradients, \(evaluations.hessian) Hessians, \(evaluations.product) products
        Hessian        condition \(condition), eigenvalues \(inertia.positive) > 0, \(inertia.zero) = 0, \(inertia.negative) < 0
      """
  }
}
