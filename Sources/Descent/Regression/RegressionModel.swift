import CDescent

/// A generalised linear model, fitted by Newton's method: iteratively reweighted least squares, with standard errors.
///
///     let model = LogisticRegression(l2: 1)
///     try model.fit(x, y)
///     print(model.coefficients, model.standardErrors, model.predict(x))
///
/// What is minimized is the weighted sum of the samples' losses, plus `l2 / 2 Σ b² + l1 Σ |b|` without the intercepts:
/// scikit-learn's `C` is `1 / l2`, and its `Ridge(alpha)` is `l2`. With l1 it is proximal Newton's method.
///
/// The models are `LinearRegression`, `LogisticRegression`, `PoissonRegression` and `SoftmaxRegression`.
public class RegressionModel {
  /// The factor of the coefficients' absolute values, >= 0. With it there are no standard errors.
  public var l1: Double
  /// Twice the factor of their squares, >= 0.
  public var l2: Double
  /// Whether there is a constant besides the features.
  public var hasIntercept: Bool
  /// Done when no element of the mean loss's gradient is larger, each feature in units of its standard deviation and
  /// targets in units of theirs (of a count's mean); > 0.
  public var gradientTolerance: Double
  /// The most iterations, >= 1.
  public var maxIterations: Int
  /// The last fit.
  public private(set) var result: RegressionResult?

  /// A model that is not fitted yet.
  public init(
    l1: Double = 0, l2: Double = 0, hasIntercept: Bool = true, gradientTolerance: Double = 1e-10,
    maxIterations: Int = 100
  ) {
    self.l1 = l1
    self.l2 = l2
    self.hasIntercept = hasIntercept
    self.gradientTolerance = gradientTolerance
    self.maxIterations = maxIterations
  }

  var family: RegressionResult.Family { stop("\(type(of: self)) has no family") }

  /// Fits the model.
  ///
  /// - Parameters:
  ///   - inputs: [samples, features].
  ///   - targets: one a sample, [samples] or [samples, 1]: numbers, 0 and 1, counts or classes, as the model asks.
  ///   - weights: one a sample, >= 0.
  ///   - featureNames: what errors and tables call the columns.
  ///   - progress: sees every iteration; true ends the run.
  /// - Throws: `DescentError` of code `unsolvable` where columns depend on each other, or some combination of them tells
  ///   the targets apart so that coefficients would be infinite: both name the column. Of other codes for shapes that do
  ///   not agree, numbers that are not finite, targets or weights out of range, options out of range. The last fit stays.
  @discardableResult
  public func fit(
    _ inputs: Tensor, _ targets: Tensor, weights: Tensor? = nil, featureNames: [String]? = nil,
    progress: ((RegressionResult.Iterate) -> Bool)? = nil
  ) throws(DescentError) -> RegressionResult {
    let names = try checkShapes(inputs, targets, weights, featureNames)
    let (x, y, w) = (
      inputs.to(.float64).contiguous(), targets.to(.float64).contiguous(), weights?.to(.float64).contiguous()
    )
    var problem = dsc_glm()
    let classes = try family == .softmax ? countClasses(y) : 1
    (problem.family, problem.samples, problem.features) = (family.c, x.shape[0], x.shape[1])
    (problem.classes, problem.intercept) = (classes, hasIntercept)
    problem.inputs = x.data.assumingMemoryBound(to: Double.self)
    problem.targets = y.data.assumingMemoryBound(to: Double.self)
    problem.weights = w.map { $0.data.assumingMemoryBound(to: Double.self) }
    var options = dsc_glm_options(
      l1: l1, l2: l2, gradient_tolerance: gradientTolerance, max_iterations: Int64(maxIterations),
      input_rounding: inputs.dtype == .float32 ? 0x1p-24 : 0)
    let size = classes * (names.count + (hasIntercept ? 1 : 0))
    var (coefficients, found) = ([Double](repeating: 0, count: size), dsc_glm_result())
    found.bad_index = -1  // where the fit is refused before it looks at the columns
    var covariance = [Double](repeating: .nan, count: size * size)
    let watch = Watch(progress)
    let status = withExtendedLifetime((x, y, w, watch)) {
      dsc_glm_fit(
        nil, &problem, &options, Watch.see, Unmanaged.passUnretained(watch).toOpaque(), &coefficients,
        &covariance, &found)
    }
    if status < 0 { throw refusal(DescentError(status: status), found, names) }
    try complain(Int(status), found, names, x)
    let result = RegressionResult(
      self, Int(status), found, coefficients, covariance, names: names, classes: classes, trace: watch.trace)
    self.result = result
    return result
  }

  private func checkShapes(
    _ x: Tensor, _ y: Tensor, _ w: Tensor?, _ names: [String]?
  ) throws(DescentError) -> [String] {
    func isColumn(_ t: Tensor) -> Bool { t.shape == [x.shape[0]] || t.shape == [x.shape[0], 1] }
    guard x.shape.rank == 2, isColumn(y), w.map(isColumn) ?? true else {
      throw DescentError(
        .invalidArgument,
        "inputs of shape \(x.shape), targets of shape \(y.shape)"
          + (w.map { ", weights of shape \($0.shape)" } ?? "")
          + "; they must be [samples, features] and [samples]")
    }
    let names = names ?? (0..<x.shape[1]).map { "x\($0)" }
    guard names.count == x.shape[1] else {
      throw DescentError(.invalidArgument, "\(names.count) names for \(x.shape[1]) features")
    }
    return names
  }

  private func countClasses(_ y: Tensor) throws(DescentError) -> Int {
    let largest = y.doubles.max() ?? 0
    // What is no class at all, the fit names with its place.
    guard largest != 0 else {
      throw DescentError(
        .invalidArgument, "all targets are of class 0; there must be two classes or more, which count from 0")
    }
    guard !(largest >= 30000) else {
      throw DescentError(.invalidArgument, "the largest class is \(largest), must be below 30000")
    }
    return largest >= 1 ? Int(largest) + 1 : 2
  }

  /// With the name of the column, where it is about one.
  private func refusal(_ error: DescentError, _ found: dsc_glm_result, _ names: [String]) -> DescentError {
    guard found.bad_index >= 0, found.bad_index < names.count else { return error }
    return DescentError(error.code, "\(error.message) ('\(names[found.bad_index])')")
  }

  private func complain(
    _ status: Int, _ found: dsc_glm_result, _ names: [String], _ x: Tensor
  ) throws(DescentError) {
    let column = found.bad_index < 0 ? nil : found.bad_index
    let name = column.map { $0 < names.count ? "'\(names[$0])'" : "the intercept" } ?? ""
    switch status {
    case DSC_NEWTON_SINGULAR where found.degrees_of_freedom < 0:
      throw DescentError(
        .unsolvable,
        "\(x.shape[0]) sample\(x.shape[0] == 1 ? "" : "s") cannot tell \(names.count) column\(names.count == 1 ? "" : "s")\(hasIntercept ? " and the intercept" : "") apart, \(name) first: give more samples, fewer columns, or an l2"
      )
    case DSC_NEWTON_SINGULAR:
      throw DescentError(
        .unsolvable,
        "column \(name) is a combination of others, or constant: leave one of them out, or give an l2")
    case DSC_NEWTON_SEPARABLE:
      throw DescentError(
        .unsolvable,
        "the targets are separable by the inputs, most of all by \(name): its coefficient would be infinite; give an l2, or leave it out"
      )
    default: return
    }
  }

  // MARK: After a fit

  var fitted: RegressionResult {
    guard let result else { stop("\(type(of: self)) has not been fitted") }
    return result
  }

  /// One for each feature; of softmax a row for each class.
  ///
  /// - Precondition: the model has been fitted, as with everything below.
  public var coefficients: Tensor { fitted.coefficients }

  /// The constant, [1], or one for each class; 0 without.
  public var intercepts: Tensor { fitted.intercepts }

  /// The coefficients' standard errors, in their shape; NaN with l1.
  public var standardErrors: Tensor { fitted.standardErrors }

  /// Inputs times coefficients, plus the intercept: [samples], of softmax [samples, classes].
  ///
  /// - Precondition: inputs are [samples, features].
  public func linearPredictor(_ inputs: Tensor) -> Tensor {
    let rows = coefficients.shape.rank == 2 ? coefficients : coefficients.reshaped([1, coefficients.count])
    demand(
      inputs.shape.rank == 2 && inputs.shape[1] == rows.shape[1],
      "inputs of shape \(inputs.shape) for \(rows.shape[1]) features")
    let eta = inputs.to(.float64).matmul(rows.transposed()) + intercepts
    return coefficients.shape.rank == 2 ? eta : eta.reshaped([inputs.shape[0]])
  }
}

/// Collects a fit's iterations, on their way through C.
private final class Watch {
  private(set) var trace: [RegressionResult.Iterate] = []
  private let progress: ((RegressionResult.Iterate) -> Bool)?

  init(_ progress: ((RegressionResult.Iterate) -> Bool)?) { self.progress = progress }

  static let see: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dsc_glm_iterate>?) -> Bool = {
    user, iterate in
    let (watch, seen) = (Unmanaged<Watch>.fromOpaque(user!).takeUnretainedValue(), iterate!.pointee)
    let entry = RegressionResult.Iterate(
      iteration: Int(seen.iteration), value: seen.value, gradientNorm: seen.gradient_norm, step: seen.step)
    watch.trace.append(entry)
    return watch.progress?(entry) ?? false
  }
}
