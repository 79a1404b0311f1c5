import Descent

/// A regression's columns, from the airfoil file or a CSV file.
struct RegressionData {
  let inputs: Tensor
  let targets: RegressionTargets
  let weights: Tensor?
  let featureNames: [String]
  let targetName: String
  /// Lines left out for missing values.
  let dropped: Int

  init(_ arguments: RegressionArguments, _ dataset: String) throws(DescentError) {
    var table = try CSVTable(dataset: dataset, dataDirectory: arguments.dataDir)
    guard let column = arguments.target ?? CSVTable.usualTarget(dataset) else {
      throw DescentError(
        .invalidArgument, "give --target: one of \(table.names.joined(separator: ", "))")
    }
    let target = try table.name(column)
    let weights = try arguments.weights.map { name throws(DescentError) in try table.name(name) }
    guard weights != target else {
      throw DescentError(.invalidArgument, "--weights and --target both name \(target)")
    }
    featureNames = try table.features(
      arguments.features.map(CSVTable.columns), target: target, besides: weights.map { [$0] } ?? [])
    targetName = target
    let used = [target] + featureNames + (weights.map { [$0] } ?? [])
    dropped = arguments.dropMissing ? try table.dropMissing(used) : 0
    targets = try RegressionTargets(table, target, arguments.family ?? .linear)
    inputs = try table.numbers(featureNames, hint: "leave the column out with --features")
    self.weights = try weights.map { name throws(DescentError) in
      Tensor(try table.numbers(name, from: 0, hint: "--weights is for a column of numbers"))
    }
  }
}
