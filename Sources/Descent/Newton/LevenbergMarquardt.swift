import CDescent

/// Nonlinear least squares by Levenberg and Marquardt's method, with standard errors: curve fitting.
///
///     let fit = try LevenbergMarquardt.fit(startingAt: [500, 1e-4]) { b in
///       y - b[rows: 0..<1] * (1 - (-(b[rows: 1..<2] * x)).exp())
///     }
///     print(fit.x, fit.standardErrors)
///
/// Gauss-Newton steps, damped in units of the Jacobian's columns, each by QR: Moré 1978.
public enum LevenbergMarquardt {
  /// How steps are made, and when to stop.
  public struct Options: Sendable {
    /// How steps are made of residuals and Jacobian; both by QR.
    public enum Method: String, Sendable, CaseIterable {
      /// Damped in units of the Jacobian's columns.
      case levenbergMarquardt
      /// Undamped, and halved until the sum of squares falls: fewer iterations near a good fit, no way through a
      /// Jacobian of lower rank.
      case gaussNewton
    }

    /// How steps are made.
    public var method: Method
    /// Done when no column of the Jacobian has a larger cosine with the residuals; > 0.
    public var gradientTolerance: Double
    /// Done when a step is no longer than it times the parameters, both in units of the columns; > 0.
    public var stepTolerance: Double
    /// The most iterations, >= 1.
    public var maxIterations: Int

    /// As far as rounding allows.
    public init(
      method: Method = .levenbergMarquardt, gradientTolerance: Double = 1e-12, stepTolerance: Double = 1e-14,
      maxIterations: Int = 2000
    ) {
      self.method = method
      self.gradientTolerance = gradientTolerance
      self.stepTolerance = stepTolerance
      self.maxIterations = maxIterations
    }
  }

  /// A fit.
  public struct Result {
    /// Why it stopped: `gradient`, `step` and `exact` are good ends. Gauss-Newton may end as `singular` or
    /// `lineSearchFailed`.
    public let reason: NewtonResult.Reason
    /// The parameters.
    public let x: [Double]
    /// The residuals' sum of squares.
    public let sumOfSquares: Double
    /// Their standard deviation, over residuals less parameters; NaN without any to spare.
    public let deviation: Double
    /// The parameters' covariance, [parameters, parameters]; NaN where the Jacobian has not full rank.
    public let covariance: Tensor
    /// Iterations done.
    public let iterations: Int

    /// The residual, the Jacobian's element or, where it is `singular`, the column that stopped it.
    public let badIndex: Int?

    /// The parameters' standard errors.
    public var standardErrors: [Double] { x.indices.map { covariance[$0, $0].item().squareRoot() } }
  }

  /// Minimizes the sum of squares of residuals; the Jacobian comes from automatic differentiation.
  ///
  /// - Parameters:
  ///   - start: the parameters to begin with.
  ///   - residuals: from a float64 vector of the start's length to a vector of at least as many.
  /// - Throws: `DescentError` for an empty start or one that is not finite, for fewer residuals than parameters, and for
  ///   residuals of no rank 1.
  public static func fit(
    startingAt start: [Double], options: Options = Options(), _ residuals: (Tensor) -> Tensor
  ) throws(DescentError) -> Result {
    guard !start.isEmpty else { throw DescentError(.invalidArgument, "there is no parameter to start at") }
    let first = noGrad { residuals(Tensor(start, dtype: .float64)) }
    guard first.shape.rank == 1 && first.dtype == .float64 else {
      throw DescentError(
        .invalidArgument,
        "the residuals are \(first.dtype.rawValue) of shape \(first.shape), must be a float64 vector")
    }
    return try withoutActuallyEscaping(residuals) { residuals throws(DescentError) in
      try LeastSquaresRun(start.count, first.count, residuals).fit(start, options)
    }
  }
}

/// A fit on its way through C.
private final class LeastSquaresRun {
  private let (parameters, count): (Int, Int)
  private let residuals: (Tensor) -> Tensor

  init(_ parameters: Int, _ count: Int, _ residuals: @escaping (Tensor) -> Tensor) {
    (self.parameters, self.count, self.residuals) = (parameters, count, residuals)
  }

  func fit(
    _ start: [Double], _ options: LevenbergMarquardt.Options
  ) throws(DescentError) -> LevenbergMarquardt.Result {
    var problem = dsc_least_squares()
    (problem.residuals, problem.parameters) = (count, parameters)
    problem.user = Unmanaged.passUnretained(self).toOpaque()
    problem.evaluate = { user, x, out in
      let run = Unmanaged<LeastSquaresRun>.fromOpaque(user!).takeUnretainedValue()
      out!.update(from: noGrad { run.residuals(run.point(x)) }.doubles, count: run.count)
      return dsc_status(DSC_OK)
    }
    problem.jacobian = { user, x, out in
      let run = Unmanaged<LeastSquaresRun>.fromOpaque(user!).takeUnretainedValue()
      run.fillJacobian(run.point(x), out!)
      return dsc_status(DSC_OK)
    }
    var settings = dsc_least_squares_options()
    settings.method = options.method == .gaussNewton ? DSC_GAUSS_NEWTON : DSC_LEVENBERG_MARQUARDT
    settings.gradient_tolerance = options.gradientTolerance
    settings.step_tolerance = options.stepTolerance
    settings.max_iterations = Int64(options.maxIterations)
    var (x, found) = (start, dsc_least_squares_result())
    var covariance = [Double](repeating: .nan, count: parameters * parameters)
    let status = dsc_least_squares_fit(Context.currentHandle, &problem, &settings, &x, &covariance, &found)
    try check(status)
    return LevenbergMarquardt.Result(
      reason: NewtonResult.Reason(rawValue: Int(status))!, x: x, sumOfSquares: found.sum_of_squares,
      deviation: found.deviation,
      covariance: Tensor(covariance, shape: [parameters, parameters], dtype: .float64),
      iterations: Int(found.iterations), badIndex: found.bad_index < 0 ? nil : found.bad_index)
  }

  private func point(_ x: UnsafePointer<Double>?) -> Tensor {
    Tensor(Array(UnsafeBufferPointer(start: x, count: parameters)), dtype: .float64)
  }

  /// A backward pass for each residual.
  private func fillJacobian(_ x: Tensor, _ out: UnsafeMutablePointer<Double>) {
    x.requiresGrad = true
    let values = enableGrad { residuals(x) }
    for i in 0..<count {
      let row = gradients(of: values[rows: i..<i + 1].reshaped([]), at: [x])[0]
      (out + i * parameters).update(from: row.doubles, count: parameters)
    }
  }
}
