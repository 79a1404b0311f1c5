import ArgumentParser
import Descent
import Foundation

/// What `descent newton --dataset` is given, and does.
struct RegressionArguments: ParsableArguments {
  @Option(help: "airfoil, or csv:FILE with a first line of names.")
  var dataset: String?
  @Option(help: "The folder with the airfoil file.")
  var dataDir: String?
  @Option(help: "The column to explain. (default of airfoil: \(Airfoil.targetName))")
  var target: String?
  @Option(help: "The columns to explain it by, separated by commas. (default: all others)")
  var features: String?
  @Option(help: "A column of weights, one a sample.")
  var weights: String?
  @Option(help: "How targets follow from the columns.")
  var family: RegressionResult.Family = .linear
  @Option(parsing: .unconditional, help: "Penalty on absolute coefficients.")
  var l1: Double = 0
  @Option(parsing: .unconditional, help: "Penalty on half the squared coefficients.")
  var l2: Double = 0
  @Flag(inversion: .prefixedNo, help: "Whether there is a constant besides the columns.")
  var intercept = true

  func run(_ dataset: String, _ tolerance: Double?, _ maxIterations: Int?) throws {
    let data = try RegressionData(self, dataset)
    let model = makeModel()
    (model.l1, model.l2, model.hasIntercept) = (l1, l2, intercept)
    model.gradientTolerance = tolerance ?? model.gradientTolerance
    model.maxIterations = maxIterations ?? model.maxIterations
    let fit = try model.fit(data.inputs, data.targets, weights: data.weights, featureNames: data.featureNames)
    print(
      "\(dataset): \(data.targets.count) samples, \(data.featureNames.count) features; \(family.rawValue) regression of \(data.targetName)"
    )
    printCoefficients(fit, data.classNames)
    printSummary(fit)
    print("\nConvergence")
    print(
      aligned(
        [["iteration", "value", "gradient", "step"]]
          + fit.trace.map { ["\($0.iteration)", brief($0.value), brief($0.gradientNorm), brief($0.step)] }))
    print(fit.reason.text + " (\(model.gradientTolerance))")
    if !fit.reason.isGood { throw ExitCode.failure }
  }

  private func makeModel() -> RegressionModel {
    switch family {
    case .linear: LinearRegression()
    case .logistic: LogisticRegression()
    case .poisson: PoissonRegression()
    case .softmax: SoftmaxRegression()
    }
  }

  private func printCoefficients(_ fit: RegressionResult, _ classNames: [String]) {
    let statistic = family == .linear ? "t" : "z"
    let header = ["estimate", "standard error", statistic, "p"]
    let table = fit.table(baseline: family == .softmax ? 0 : nil)
    for k in Set(table.map(\.classIndex)).sorted(by: { $0 ?? 0 < $1 ?? 0 }) {
      let title =
        k.map { "\(name($0, classNames)) against \(name(0, classNames))" }
        ?? (classNames.isEmpty ? "" : "\(name(1, classNames)) against \(name(0, classNames))")
      print()
      print(
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

  private func printSummary(_ fit: RegressionResult) {
    print(
      "\nlog-likelihood \(brief(fit.logLikelihood)), \(fit.degreesOfFreedom) degrees of freedom",
      terminator: "")
    if family == .linear {
      print(", residual deviation \(brief(fit.dispersion.squareRoot()))", terminator: "")
    }
    print(l1 > 0 ? "" : ", condition \(brief(fit.condition))")
    if l1 > 0 {
      print("with an l1 penalty there are no standard errors")
    } else if l2 > 0 {
      print("standard errors are the posterior's, the l2 penalty being a prior")
    }
  }
}
