import CDescent

/// What a generalised linear model's fit found.
public struct RegressionResult {
  /// How targets follow from inputs.
  public enum Family: String, Sendable, CaseIterable {
    /// Numbers with an error of constant variance.
    case linear
    /// 0 or 1.
    case logistic
    /// Counts.
    case poisson
    /// Classes.
    case softmax

    var c: dsc_glm_family {
      switch self {
      case .linear: DSC_GLM_LINEAR
      case .logistic: DSC_GLM_LOGISTIC
      case .poisson: DSC_GLM_POISSON
      case .softmax: DSC_GLM_SOFTMAX
      }
    }
  }

  /// One iteration; number 0 is the model of intercepts alone.
  public struct Iterate: Sendable {
    /// Its number.
    public let iteration: Int
    /// What is minimized, there.
    public let value: Double
    /// The criterion that `gradientTolerance` bounds.
    public let gradientNorm: Double
    /// The share of the Newton step that was taken; NaN at the start.
    public let step: Double
  }

  /// The family.
  public let family: Family
  /// Why it stopped: `gradient` and `exact` are good ends.
  public let reason: NewtonResult.Reason
  /// One for each feature; of softmax a row for each class.
  public let coefficients: Tensor
  /// The constant, [1], or one for each class; 0 without.
  public let intercepts: Tensor
  /// Of all coefficients, class by class, each with its intercept at the end: without penalties their covariance, with
  /// l2 their posterior's, the penalty being a prior. NaN with l1, and where the fit did not end well.
  public let covariance: Tensor
  /// What was minimized.
  public let value: Double
  /// The criterion that `gradientTolerance` bounds.
  public let gradientNorm: Double
  /// The logarithm of the targets' likelihood, with its constants and without the penalties.
  public let logLikelihood: Double
  /// The residuals' variance, of `linear`; 1 of the others.
  public let dispersion: Double
  /// Whether the residuals, of `linear`, are but rounding: standard errors are 0 then, and nothing can be tested.
  public var isExact: Bool { dispersion == 0 }
  /// Samples with a weight, less free coefficients.
  public let degreesOfFreedom: Int
  /// Iterations done.
  public let iterations: Int
  /// An estimate of the Hessian's condition, its diagonal scaled to 1.
  public let condition: Double
  /// What the columns are called.
  public let featureNames: [String]
  /// Every iteration, the start first.
  public let trace: [Iterate]
  private let hasIntercept: Bool

  init(
    _ model: RegressionModel, _ status: Int, _ found: dsc_glm_result, _ numbers: [Double],
    _ covariance: [Double], names: [String], classes: Int, trace: [Iterate]
  ) {
    family = model.family
    reason = NewtonResult.Reason(rawValue: status)!
    let hasIntercept = model.hasIntercept
    self.hasIntercept = hasIntercept
    let columns = numbers.count / classes
    let rows = (0..<classes).map { Array(numbers[$0 * columns..<($0 + 1) * columns]) }
    coefficients = Self.shaped(rows.map { Array($0.prefix(names.count)) })
    intercepts = Tensor(rows.map { hasIntercept ? $0[names.count] : 0 }, dtype: .float64)
    self.covariance = Tensor(covariance, shape: [numbers.count, numbers.count], dtype: .float64)
    value = found.value
    gradientNorm = found.gradient_norm
    logLikelihood = found.log_likelihood
    dispersion = found.dispersion
    degreesOfFreedom = Int(found.degrees_of_freedom)
    iterations = Int(found.iterations)
    condition = found.condition
    featureNames = names
    self.trace = trace
  }

  private static func shaped(_ rows: [[Double]]) -> Tensor {
    let shape: Shape = rows.count == 1 ? [rows[0].count] : [rows.count, rows[0].count]
    return Tensor(rows.flatMap { $0 }, shape: shape, dtype: .float64)
  }

  private var classes: Int { intercepts.count }
  private var columns: Int { featureNames.count + (hasIntercept ? 1 : 0) }

  private func standardError(_ index: Int) -> Double { covariance[index, index].item().squareRoot() }

  /// The coefficients' standard errors, in their shape.
  public var standardErrors: Tensor {
    Self.shaped((0..<classes).map { k in featureNames.indices.map { standardError(k * columns + $0) } })
  }

  /// The intercepts'; 0 without intercepts.
  public var interceptErrors: Tensor {
    Tensor(
      (0..<classes).map { hasIntercept ? standardError($0 * columns + featureNames.count) : 0 },
      dtype: .float64)
  }

  // MARK: Table

  /// A coefficient with what tells whether it could be 0.
  public struct Row: Sendable {
    /// The feature's name; "(intercept)".
    public let name: String
    /// The class, of softmax.
    public let classIndex: Int?
    /// The coefficient.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// Estimate over standard error: Student's t with `linear`, else z; NaN of an exact fit.
    public var statistic: Double { standardError == 0 ? .nan : estimate / standardError }
    /// How probable so large a statistic would be, of either sign, were the coefficient 0; NaN of an exact fit.
    public let pValue: Double
  }

  /// All coefficients, the intercept first.
  ///
  /// - Parameter baseline: of softmax: the class that the others are shown as differences from; nil: as they are.
  public func table(baseline: Int? = nil) -> [Row] {
    demand(
      baseline.map { 0..<classes ~= $0 } ?? true,
      "the baseline is class \(baseline ?? 0) of \(classes)")
    let order = (hasIntercept ? [featureNames.count] : []) + featureNames.indices
    return (0..<classes).filter { $0 != baseline }.flatMap { k in
      order.map { j in
        let (here, base) = (k * columns + j, baseline.map { $0 * columns + j })
        var (estimate, variance) = (coefficient(k, j), covariance[here, here].item())
        if let base, let baseline {
          estimate -= coefficient(baseline, j)
          variance += covariance[base, base].item() - 2 * covariance[here, base].item()
        }
        let error = variance.squareRoot()
        let statistic = error == 0 ? .nan : estimate / error
        let p =
          family == .linear
          ? dsc_student_tails(statistic, Double(degreesOfFreedom))
          : dsc_normal_tails(statistic)
        return Row(
          name: j < featureNames.count ? featureNames[j] : "(intercept)",
          classIndex: classes > 1 ? k : nil, estimate: estimate, standardError: error, pValue: p)
      }
    }
  }

  private func coefficient(_ k: Int, _ j: Int) -> Double {
    j < featureNames.count
      ? coefficients.flattened(from: 0)[k * featureNames.count + j].item() : intercepts[k].item()
  }
}
