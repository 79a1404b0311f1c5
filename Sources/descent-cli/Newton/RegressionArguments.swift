import ArgumentParser
import Descent
import Foundation

/// What `descent newton --dataset` is given, and does.
struct RegressionArguments: ParsableArguments {
  @Option(help: "airfoil, or FILE.csv (csv:FILE, where the name is another) with a first line of names.")
  var dataset: String?
  @Option(help: "The folder with the airfoil file. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(help: "The column to explain, by name or number. (default of airfoil: \(Airfoil.targetName))")
  var target: String?
  @Option(help: "The columns to explain it by, separated by commas. (default: all others)")
  var features: String?
  @Option(help: "A column of weights, one a sample.")
  var weights: String?
  @Option(help: "How targets follow from the columns. (default: linear)")
  var family: RegressionResult.Family?
  @Option(parsing: .unconditional, help: "Penalty on absolute coefficients. (default: 0)")
  var l1: Double?
  @Option(parsing: .unconditional, help: "Penalty on half the squared coefficients. (default: 0)")
  var l2: Double?
  @Flag(
    inversion: .prefixedNo, help: "Whether there is a constant besides the columns. (default: --intercept)")
  var intercept: Bool?
  @Flag(help: "Leave out lines with a missing value (empty, NA, N/A, NaN, null) in a column that is used.")
  var dropMissing = false

  /// The options that were given besides --dataset; without that they mean nothing.
  var given: [String] {
    [
      ("--data-dir", dataDir != nil), ("--target", target != nil), ("--features", features != nil),
      ("--weights", weights != nil), ("--family", family != nil), ("--l1", l1 != nil), ("--l2", l2 != nil),
      (intercept == true ? "--intercept" : "--no-intercept", intercept != nil),
      ("--drop-missing", dropMissing),
    ].filter(\.1).map(\.0)
  }

  func run(_ dataset: String, _ tolerance: Double?, _ maxIterations: Int?) throws {
    let data = try RegressionData(self, dataset)
    let model = makeModel()
    (model.l1, model.l2, model.hasIntercept) = (l1 ?? 0, l2 ?? 0, intercept ?? true)
    model.gradientTolerance = tolerance ?? model.gradientTolerance
    model.maxIterations = maxIterations ?? model.maxIterations
    let fit = try model.fit(
      data.inputs, data.targets.values, weights: data.weights, featureNames: data.featureNames)
    try print(
      "\(dataset): \(data.targets.values.count) samples, \(data.featureNames.count) features; \(fit.family.rawValue) regression of \(data.targetName)"
    )
    if dropMissing {
      try print("\(data.dropped) line\(data.dropped == 1 ? "" : "s") with missing values left out")
    }
    if data.targets.areProportions { try print("targets are proportions") }
    try printCoefficients(fit, data.targets.classNames)
    try printSummary(fit, model)
    try print("\nConvergence")
    try print(
      aligned(
        [["iteration", "value", "gradient", "step"]]
          + fit.trace.map { ["\($0.iteration)", brief($0.value), brief($0.gradientNorm), brief($0.step)] }))
    try print(fit.reason.text + " (\(model.gradientTolerance))")
    if !fit.reason.isGood { throw ExitCode.failure }
  }

  private func makeModel() -> RegressionModel {
    switch family ?? .linear {
    case .linear: LinearRegression()
    case .logistic: LogisticRegression()
    case .poisson: PoissonRegression()
    case .softmax: SoftmaxRegression()
    }
  }

  private func printCoefficients(_ fit: RegressionResult, _ classNames: [String]) throws {
    let statistic = fit.family == .linear ? "t" : "z"
    let header = ["estimate", "standard error", statistic, "p"]
    let table = fit.table(baseline: fit.family == .softmax ? 0 : nil)
    for k in Set(table.map(\.classIndex)).sorted(by: { $0 ?? 0 < $1 ?? 0 }) {
      let title =
        k.map { "\(name($0, classNames)) against \(name(0, classNames))" }
        ?? (classNames.isEmpty ? "" : "\(name(1, classNames)) against \(name(0, classNames))")
      try print("")
      try print(
        aligned(
          [[title] + header]
            + table.filter { $0.classIndex == k }.map {
              let p = $0.pValue < 1e-300 ? "< 1e-300" : String(format: "%.4g", $0.pValue)
              return [
                $0.name, brief($0.estimate), brief($0.standardError),
                $0.statistic.isNaN ? "-" : String(format: "%.3f", $0.statistic), $0.pValue.isNaN ? "-" : p,
              ]
            }))
    }
  }

  private func name(_ k: Int, _ names: [String]) -> String { names.isEmpty ? "class \(k)" : names[k] }

  private func printSummary(_ fit: RegressionResult, _ model: RegressionModel) throws {
    try print(
      "\nlog-likelihood \(brief(fit.logLikelihood)), \(fit.degreesOfFreedom) degrees of freedom",
      terminator: "")
    if fit.family == .linear {
      try print(", residual deviation \(brief(fit.dispersion.squareRoot()))", terminator: "")
    }
    try print(model.l1 > 0 ? "" : ", condition \(brief(fit.condition))")
    if model.l1 > 0 {
      try print("with an l1 penalty there are no standard errors")
    } else if fit.isExact {
      try print("the fit is exact: its residuals are rounding, and nothing tells errors from")
    } else if model.l2 > 0 {
      try print("standard errors are the posterior's, the l2 penalty being a prior")
    }
  }
}
