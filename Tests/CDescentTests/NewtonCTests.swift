import CDescent
import Testing

/// Newton's method through its C interface: missing derivatives, and refusals.
@Suite struct NewtonCTests {
  private func lastError() -> String { String(cString: dsc_last_error()) }

  /// Rosenbrock's function.
  private static let value:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) ->
      dsc_status = {
        _, x, value in
        let (a, b) = (x![0], x![1])
        value![0] = (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a)
        return dsc_status(DSC_OK)
      }
  private static let gradient:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?
    ) -> dsc_status = { _, x, slope in
      let (a, b) = (x![0], x![1])
      slope![0] = -2 * (1 - a) - 400 * a * (b - a * a)
      slope![1] = 200 * (b - a * a)
      return dsc_status(DSC_OK)
    }

  private func problem() -> dsc_newton_problem {
    var problem = dsc_newton_problem()
    (problem.n, problem.value) = (2, Self.value)
    return problem
  }

  @Test(arguments: [false, true]) func differencesStandIn(_ hasGradient: Bool) {
    var (problem, x, result) = (problem(), [-1.2, 1.0], dsc_newton_result())
    if hasGradient { problem.gradient = Self.gradient }
    var options = dsc_newton_options()
    (options.method, options.gradient_tolerance) = (DSC_NEWTON_TRUST_REGION, hasGradient ? 1e-8 : 1e-5)
    let status = Int(dsc_newton_minimize(nil, &problem, &options, nil, &x, &result))
    #expect(status == DSC_NEWTON_GRADIENT || status == DSC_NEWTON_EXACT)
    #expect(abs(x[0] - 1) < 1e-4 && abs(x[1] - 1) < 1e-4)
    #expect(
      result.differenced_gradient == !hasGradient && result.differenced_hessian
        && result.hessian_evaluations == 0)
  }

  @Test func memoryIsTheContexts() throws {
    var context: OpaquePointer?
    #expect(dsc_context_create(1, &context) == DSC_OK)
    defer { dsc_context_destroy(context) }
    var (problem, x, memory) = (problem(), [-1.2, 1.0], dsc_memory())
    #expect(dsc_newton_minimize(context, &problem, nil, nil, &x, nil) > 0)
    #expect(dsc_context_memory(context, &memory) == DSC_OK)
    #expect(memory.in_use == 0 && memory.most_in_use >= 3 * 4 * 8)

    var fit = dsc_least_squares()
    (fit.residuals, fit.parameters) = (3, 1)
    fit.evaluate = { _, x, residuals in
      for i in 0..<3 { residuals![i] = x![0] - Double(i) }
      return dsc_status(DSC_OK)
    }
    var start = [5.0]
    #expect(dsc_context_trim(context) == DSC_OK)
    #expect(dsc_least_squares_fit(context, &fit, nil, &start, nil, nil) > 0)
    #expect(abs(start[0] - 1) < 1e-12)
    #expect(dsc_context_memory(context, &memory) == DSC_OK)
    #expect(memory.in_use == 0 && memory.idle > 0)
  }

  /// Conjugate gradients with gradients alone, with a matrix, with products, and with values alone.
  @Test(arguments: 0..<4) func productsFromWhatThereIs(_ kind: Int) {
    var (problem, x, result) = (problem(), [-1.2, 1.0], dsc_newton_result())
    var options = dsc_newton_options()
    options.method = DSC_NEWTON_CONJUGATE_GRADIENTS
    if kind == 3 { options.gradient_tolerance = 1e-5 } else { problem.gradient = Self.gradient }
    if kind == 1 {
      problem.hessian = { _, x, matrix in
        let (a, b) = (x![0], x![1])
        matrix![0] = 2 - 400 * (b - 3 * a * a)
        (matrix![1], matrix![2], matrix![3]) = (-400 * a, -400 * a, 200)
        return dsc_status(DSC_OK)
      }
    } else if kind == 2 {
      problem.product = { _, x, v, product in
        let (a, b) = (x![0], x![1])
        product![0] = (2 - 400 * (b - 3 * a * a)) * v![0] - 400 * a * v![1]
        product![1] = -400 * a * v![0] + 200 * v![1]
        return dsc_status(DSC_OK)
      }
    }
    #expect(dsc_newton_minimize(nil, &problem, &options, nil, &x, &result) == DSC_NEWTON_GRADIENT)
    #expect(abs(x[0] - 1) < 1e-4 && abs(x[1] - 1) < 1e-4 && result.differenced_gradient == (kind == 3))
    #expect(
      result.differenced_hessian == (kind == 0 || kind == 3)
        && (result.product_evaluations > 0) == (kind == 2))
    #expect((result.hessian_evaluations > 0) == (kind == 1) && abs(result.condition - 2508) < 1)
  }

  @Test func refusals() {
    var (problem, x, options) = (problem(), [0.0, 0.0], dsc_newton_options())
    #expect(dsc_newton_minimize(nil, nil, nil, nil, &x, nil) == DSC_ERROR_ARGUMENT)
    #expect(dsc_newton_minimize(nil, &problem, nil, nil, nil, nil) == DSC_ERROR_ARGUMENT)
    options.method = dsc_newton_method(rawValue: 9)
    #expect(dsc_newton_minimize(nil, &problem, &options, nil, &x, nil) == DSC_ERROR_OPTION)
    (options.method, options.search) = (DSC_NEWTON_LINE_SEARCH, dsc_newton_search(rawValue: 9))
    #expect(dsc_newton_minimize(nil, &problem, &options, nil, &x, nil) == DSC_ERROR_OPTION)
    problem.n = 30001
    #expect(dsc_newton_minimize(nil, &problem, nil, nil, &x, nil) == DSC_ERROR_SIZE)
    (problem.n, problem.gradient) = (2, Self.gradient)
    problem.hessian = { _, _, matrix in
      for (i, value) in [1.0, 2, 3, 4].enumerated() { matrix![i] = value }
      return dsc_status(DSC_OK)
    }
    #expect(dsc_newton_minimize(nil, &problem, nil, nil, &x, nil) == DSC_ERROR_ARGUMENT)
    #expect(lastError().contains("not symmetric") && lastError().contains("(1, 0)"))
    problem.hessian = { _, _, matrix in
      for i in 0..<4 { matrix![i] = i == 3 ? .nan : 1 }
      return dsc_status(DSC_OK)
    }
    var result = dsc_newton_result()
    #expect(dsc_newton_minimize(nil, &problem, nil, nil, &x, &result) == DSC_NEWTON_NON_FINITE_HESSIAN)
    #expect(result.bad_index == 3)
  }

  /// A line through three points, with a Jacobian by differences.
  @Test func leastSquares() {
    var problem = dsc_least_squares()
    (problem.residuals, problem.parameters) = (3, 2)
    problem.evaluate = { _, x, residuals in
      for (i, y) in [1.0, 3, 5.5].enumerated() { residuals![i] = y - x![0] - x![1] * Double(i) }
      return dsc_status(DSC_OK)
    }
    var (x, covariance, result) = ([0.0, 0.0], [Double](repeating: 0, count: 4), dsc_least_squares_result())
    #expect(dsc_least_squares_fit(nil, &problem, nil, &x, &covariance, &result) > 0)
    #expect(abs(x[1] - 2.25) < 1e-9 && result.differenced_jacobian && result.jacobians == 0)
    #expect(abs(covariance[3] - result.deviation * result.deviation / 2) < 1e-9)
    problem.parameters = 4
    #expect(dsc_least_squares_fit(nil, &problem, nil, &x, nil, nil) == DSC_ERROR_SIZE)
    problem.parameters = 0
    #expect(dsc_least_squares_fit(nil, &problem, nil, &x, nil, nil) == DSC_ERROR_SIZE)
    problem.parameters = 2
    var options = dsc_least_squares_options()
    options.radius = -1
    #expect(dsc_least_squares_fit(nil, &problem, &options, &x, nil, nil) == DSC_ERROR_OPTION)
    problem.evaluate = { _, _, residuals in
      for i in 0..<3 { residuals![i] = i == 1 ? .nan : 0 }
      return dsc_status(DSC_OK)
    }
    #expect(dsc_least_squares_fit(nil, &problem, nil, &x, nil, &result) == DSC_NEWTON_NON_FINITE_VALUE)
    #expect(result.bad_index == 1)
  }
}
