import CDescent

/// Newton's method for small, smooth problems: w - H⁻¹ g with the exact Hessian, and quadratic convergence.
///
///     let result = try Newton.minimize(startingAt: [-1.2, 1]) { x in
///       let (a, b) = (x[rows: 0..<1], x[rows: 1..<2])
///       return ((1 - a).pow(2) + 100 * (b - a * a).pow(2)).sum()
///     }
///     print(result)
public enum Newton {
  /// Minimizes a function of tensors; gradient and Hessian come from automatic differentiation.
  ///
  /// - Parameters:
  ///   - start: where to begin.
  ///   - options: the method, and when to stop.
  ///   - progress: sees every iteration; true ends the run.
  ///   - function: from a float64 vector of the start's length to a scalar.
  /// - Throws: `DescentError` for an empty start or one that is not finite, options out of range, a function whose result
  ///   is no scalar; what the function throws.
  public static func minimize(
    startingAt start: [Double], options: NewtonOptions = NewtonOptions(),
    progress: ((NewtonResult.Iterate) -> Bool)? = nil,
    _ function: (Tensor) throws(DescentError) -> Tensor
  ) throws(DescentError) -> NewtonResult {
    var (result, failure): (NewtonResult?, DescentError?) = (nil, nil)
    withoutActuallyEscaping(function) { function in
      withoutActuallyEscaping(progress ?? { _ in false }) { progress in
        let run = NewtonRun(count: start.count, function, progress)
        do throws(DescentError) { result = try run.minimize(from: start, options) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return result!
  }
}

/// A minimization on its way through C.
private final class NewtonRun {
  private let count: Int
  private let function: (Tensor) throws(DescentError) -> Tensor
  private let progress: (NewtonResult.Iterate) -> Bool
  private var error: DescentError?
  private var trace: [NewtonResult.Iterate] = []

  init(
    count: Int, _ function: @escaping (Tensor) throws(DescentError) -> Tensor,
    _ progress: @escaping (NewtonResult.Iterate) -> Bool
  ) {
    (self.count, self.function, self.progress) = (count, function, progress)
  }

  func minimize(
    from start: [Double], _ options: NewtonOptions
  ) throws(DescentError) -> NewtonResult {
    var problem = dsc_newton_problem()
    problem.n = count
    problem.user = Unmanaged.passUnretained(self).toOpaque()
    problem.value = { user, x, value in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        value!.pointee = try noGrad { () throws(DescentError) in try run.value(run.point(x)).item() }
      }
    }
    problem.gradient = { user, x, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        let slope = try run.derivative(x) { gradient(of: $0, at: $1) }
        out!.update(from: slope.doubles, count: run.count)
      }
    }
    problem.hessian = { user, x, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        let matrix = try run.derivative(x) { hessian(of: $0, at: $1) }
        out!.update(from: matrix.doubles, count: run.count * run.count)
      }
    }
    var (x, settings, found) = (start, options.c, dsc_newton_result())
    let status = dsc_newton_minimize(&problem, &settings, NewtonRun.report, &x, &found)
    if let error { throw error }
    try check(status)
    return NewtonResult(
      reason: NewtonResult.Reason(rawValue: Int(status))!, x: x, value: found.value,
      gradientNorm: found.gradient_norm, iterations: Int(found.iterations),
      evaluations: (
        Int(found.value_evaluations), Int(found.gradient_evaluations), Int(found.hessian_evaluations)
      ), condition: found.condition, inertia: (Int(found.positive), Int(found.zero), Int(found.negative)),
      differences: (found.differs_gradient, found.differs_hessian), radius: found.radius,
      badIndex: found.bad_index < 0 ? nil : found.bad_index, trace: trace, options: options)
  }

  private static func at(_ user: UnsafeMutableRawPointer?) -> NewtonRun {
    Unmanaged<NewtonRun>.fromOpaque(user!).takeUnretainedValue()
  }

  private static let report:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dsc_newton_iterate>?) -> Bool = { user, iterate in
      let (run, seen) = (at(user), iterate!.pointee)
      let entry = NewtonResult.Iterate(
        iteration: Int(seen.iteration), x: Array(UnsafeBufferPointer(start: seen.x, count: run.count)),
        value: seen.value, gradientNorm: seen.gradient_norm, stepNorm: seen.step_norm, radius: seen.radius)
      run.trace.append(entry)
      return run.progress(entry)
    }

  private func evaluate(_ body: (NewtonRun) throws(DescentError) -> Void) -> dsc_status {
    do throws(DescentError) {
      try body(self)
      return dsc_status(DSC_OK)
    } catch {
      self.error = error
      return dsc_status(DSC_ERROR_ARGUMENT)
    }
  }

  private func point(_ x: UnsafePointer<Double>?) -> Tensor {
    Tensor(Array(UnsafeBufferPointer(start: x, count: count)), dtype: .float64)
  }

  private func value(_ x: Tensor) throws(DescentError) -> Tensor {
    let value = try function(x)
    guard value.count == 1 else {
      throw DescentError(.invalidArgument, "the function gives shape \(value.shape), not a scalar")
    }
    return value
  }

  /// A derivative at a point. The function may throw inside, where autodiff's may not.
  private func derivative(
    _ x: UnsafePointer<Double>?, _ differentiate: ((Tensor) -> Tensor, Tensor) -> Tensor
  ) throws(DescentError) -> Tensor {
    var failure: DescentError?
    let result = differentiate(
      { x in
        do throws(DescentError) { return try self.value(x) } catch {
          failure = error
          return x.sum() * 0
        }
      }, point(x))
    if let failure { throw failure }
    return result
  }
}
