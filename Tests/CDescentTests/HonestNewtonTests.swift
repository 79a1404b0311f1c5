import CDescent
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends of Newton's method and of least squares that say what they are, and limits that are kept.
@Suite struct HonestNewtonTests {
  typealias Value =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?
    ) -> dsc_status

  private static func isGood(_ status: Int) -> Bool {
    status >= Int(DSC_NEWTON_GRADIENT) && status <= Int(DSC_NEWTON_EXACT)
  }

  private func minimize(
    _ n: Int, _ value: @escaping Value, from start: [Double], _ options: dsc_newton_options = .init(),
    lower: [Double]? = nil, upper: [Double]? = nil
  ) -> (status: Int, x: [Double], result: dsc_newton_result) {
    var (problem, x, result, options) = (dsc_newton_problem(), start, dsc_newton_result(), options)
    (problem.n, problem.value) = (n, value)
    let low = lower ?? Array(repeating: -.infinity, count: n)
    let high = upper ?? Array(repeating: .infinity, count: n)
    let status = low.withUnsafeBufferPointer { low in
      high.withUnsafeBufferPointer { high in
        if lower != nil || upper != nil {
          (problem.lower, problem.upper) = (low.baseAddress, high.baseAddress)
        }
        return dsc_newton_minimize(nil, &problem, &options, nil, &x, &result)
      }
    }
    return (Int(status), x, result)
  }

  // MARK: Differences within bounds

  /// -log w falls up to the bound at 1, and is no number beyond the one at 0.
  @Test func differencesStayWithinBounds() {
    let logarithm: Value = { _, x, value in
      value![0] = x![0] > 1 ? .nan : -log(x![0])
      return dsc_status(DSC_OK)
    }
    var options = dsc_newton_options()
    options.gradient_tolerance = 1e-5
    let found = minimize(1, logarithm, from: [0.3], options, lower: [0], upper: [1])
    #expect(Self.isGood(found.status) && found.x[0] == 1, "\(found)")
    let entropy: Value = { _, x, value in
      value![0] = x![0] < 0 ? .nan : x![0] == 0 ? 0 : x![0] * log(x![0])
      return dsc_status(DSC_OK)
    }
    for start in [0.9, 1e-3] {
      let found = minimize(1, entropy, from: [start], options, lower: [0], upper: [.infinity])
      #expect(Self.isGood(found.status) && abs(found.x[0] - exp(-1)) < 1e-4, "\(found)")
    }
  }

  // MARK: Limits

  @Test func evaluationsAreLimitedWithinIterations() {
    let rosenbrock: Value = { _, x, value in
      value![0] = (0..<29).reduce(0.0) { sum, i in
        let (a, b) = (x![i], x![i + 1])
        return sum + (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a)
      }
      return dsc_status(DSC_OK)
    }
    var options = dsc_newton_options()
    options.max_evaluations = 50
    let found = minimize(30, rosenbrock, from: Array(repeating: -1, count: 30), options)
    #expect(
      found.status == DSC_NEWTON_MAX_EVALUATIONS && found.result.value_evaluations <= 50, "\(found.result)")
  }

  @Test func timeIsLimitedWithinIterations() {
    let slow: Value = { _, x, value in
      usleep(2000)
      value![0] = (0..<30).reduce(0.0) { $0 + pow(x![$1] - 1, 4) }
      return dsc_status(DSC_OK)
    }
    var options = dsc_newton_options()
    options.max_seconds = 0.1
    let found = minimize(30, slow, from: Array(repeating: 0, count: 30), options)
    // A Hessian by differences of values would take 900 evaluations: 1.8 s.
    #expect(found.status == DSC_NEWTON_MAX_SECONDS && found.result.value_evaluations < 100, "\(found.result)")
  }

  @Test func callbacksStopTheRun() {
    let refuses: Value = { _, _, _ in dsc_status(-7) }
    #expect(dsc_context_create(-1, nil) < 0)  // leaves a message
    #expect(minimize(1, refuses, from: [1]).status == -7)
    let message = String(cString: dsc_last_error())
    #expect(message.contains("value callback") && message.contains("-7"), "\(message)")
    let wishes: Value = { _, x, value in
      value![0] = x![0] * x![0]
      return dsc_status(x![0] == 3 ? 0 : 5)
    }
    #expect(minimize(1, wishes, from: [3]).status == DSC_NEWTON_STOPPED)
  }

  // MARK: Least squares

  private static let times = (1...10).map(Double.init)

  /// Residuals a exp(b t) - exp(0.1 t), with the Jacobian times `user`'s sign.
  private static let growth: Value = { _, x, residuals in
    for (i, t) in times.enumerated() { residuals![i] = x![0] * exp(x![1] * t) - exp(0.1 * t) }
    return dsc_status(DSC_OK)
  }
  private static let wrongSlopes: Value = { _, x, rows in
    for (i, t) in times.enumerated() {
      rows![2 * i] = -exp(x![1] * t)
      rows![2 * i + 1] = -x![0] * t * exp(x![1] * t)
    }
    return dsc_status(DSC_OK)
  }

  private func fit(_ evaluate: @escaping Value, _ jacobian: Value?, from start: [Double]) -> (
    status: Int, x: [Double], result: dsc_least_squares_result
  ) {
    var (problem, x, result) = (dsc_least_squares(), start, dsc_least_squares_result())
    (problem.residuals, problem.parameters) = (10, 2)
    (problem.evaluate, problem.jacobian) = (evaluate, jacobian)
    return (Int(dsc_least_squares_fit(nil, &problem, nil, &x, nil, &result)), x, result)
  }

  /// Where a first step far too long lands on a plateau, MINPACK comes back; so must this.
  @Test(arguments: [5.0, 3.0]) func growthIsFittedFromFarAway(_ start: Double) {
    let found = fit(Self.growth, nil, from: [1, start])
    #expect(Self.isGood(found.status) && found.result.sum_of_squares < 1e-15, "\(found)")
    #expect(abs(found.x[0] - 1) < 1e-6 && abs(found.x[1] - 0.1) < 1e-7)
  }

  @Test func wrongJacobiansAreNoGoodEnd() {
    let found = fit(Self.growth, Self.wrongSlopes, from: [1, 0.3])
    #expect(found.status == DSC_NEWTON_WRONG_DERIVATIVE, "\(found)")
  }

  @Test func residualsThatAreNumbersOnlyAtTheStart() {
    let lonely: Value = { _, x, residuals in
      for i in 0..<10 { residuals![i] = x![0] == 1 && x![1] == 2 ? Double(i) : .nan }
      return dsc_status(DSC_OK)
    }
    let slopes: Value = { _, x, rows in
      for i in 0..<20 { rows![i] = Double(1 + i * i % 7) }
      return dsc_status(DSC_OK)
    }
    #expect(!Self.isGood(fit(lonely, slopes, from: [1, 2]).status))
  }

  /// Decays with a tenth of outliers: the minimum's residuals are large, and rounding hides the last digits of its cosine.
  @Test func largeResidualsEndInTime() {
    struct Data {
      var y = [Double](repeating: 0, count: 10)
    }
    var random = dsc_random()
    dsc_random_seed(&random, 5)
    for run in 0..<50 {
      var (noise, data) = ([Double](repeating: 0, count: 11), Data())
      dsc_random_normal(&random, DSC_FLOAT64, 11, 0, 1, &noise)
      for (i, t) in Self.times.enumerated() { data.y[i] = 3 * exp(-0.3 * t) + 0.02 * noise[i] }
      data.y[run % 10] += abs(noise[10])
      var (problem, x, result) = (dsc_least_squares(), [2.0, -0.5], dsc_least_squares_result())
      (problem.residuals, problem.parameters) = (10, 2)
      problem.evaluate = { user, x, residuals in
        let data = user!.assumingMemoryBound(to: Data.self)
        for (i, t) in HonestNewtonTests.times.enumerated() {
          residuals![i] = x![0] * exp(x![1] * t) - data.pointee.y[i]
        }
        return dsc_status(DSC_OK)
      }
      let status = withUnsafeMutablePointer(to: &data) { pointer in
        problem.user = UnsafeMutableRawPointer(pointer)
        return dsc_least_squares_fit(nil, &problem, nil, &x, nil, &result)
      }
      #expect(Self.isGood(Int(status)) && result.iterations < 200, "\(run): \(status) \(result)")
    }
  }
}
