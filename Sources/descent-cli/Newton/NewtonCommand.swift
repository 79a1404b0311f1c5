import ArgumentParser
import Descent
import Foundation

extension RegressionResult.Family: ExpressibleByArgument {}
extension NewtonOptions.Method: ExpressibleByArgument {}
extension NewtonOptions.LineSearch: ExpressibleByArgument {}

/// `descent newton`
struct NewtonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "newton",
    abstract: "Fits a regression, or minimizes a test function, by Newton's method.",
    usage: """
      descent newton --dataset airfoil|FILE.csv --target COLUMN --family FAMILY [--l2 X] [...]
      descent newton --function NAME [--start X,Y,...] [--method M] [--out DIR]
      """,
    discussion: """
      A data set's columns are numbers; of the target, with the families logistic and softmax, they may be names. \
      The functions are \(TestFunction.all.map(\.name).joined(separator: ", ")). Those of two variables are drawn as \
      contours, with the paths of Newton's method and of gradient descent; all with their values by step.
      """)

  @OptionGroup(title: "Regression") var regression: RegressionArguments
  @OptionGroup(title: "Functions") var function: FunctionArguments
  @Option(
    parsing: .unconditional,
    help:
      "Done when the gradient is no larger. (default: \(LinearRegression().gradientTolerance); of functions \(NewtonOptions().gradientTolerance))"
  )
  var tolerance: Double?
  @Option(
    parsing: .unconditional,
    help:
      "The most iterations. (default: \(LinearRegression().maxIterations); of functions \(NewtonOptions().maxIterations))"
  )
  var maxIterations: Int?

  func validate() throws {
    // Here, so that the usage shown with it is this command's.
    guard (regression.dataset == nil) != (function.function == nil) else {
      throw ValidationError("give one of --dataset and --function")
    }
  }

  func run() throws {
    if let maxIterations, maxIterations < 1 {
      throw DescentError(.invalidArgument, "--max-iterations is \(maxIterations), must be at least 1")
    }
    if let tolerance, !(tolerance > 0) {
      throw DescentError(.invalidArgument, "--tolerance is \(tolerance.short), must be above 0")
    }
    try Runtime.setThreads(0)
    if let dataset = regression.dataset {
      try refuse(function.given, "--function")
      try regression.run(dataset, tolerance, maxIterations)
    } else if let name = function.function {
      try refuse(regression.given, "--dataset")
      try function.run(name, tolerance, maxIterations)
    }
  }
}

/// Options that would be silently ignored.
private func refuse(_ given: [String], _ other: String) throws(DescentError) {
  if given.isEmpty { return }
  throw DescentError(
    .invalidArgument,
    "\(given.joined(separator: ", ")) \(given.count == 1 ? "goes" : "go") with \(other), which is not given")
}

/// A number in six digits.
func brief(_ value: Double) -> String {
  // + 0: no -0.
  value.isNaN ? "-" : String(format: "%.6g", value + 0)
}
