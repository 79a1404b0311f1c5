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
    var table = try Self.read(dataset, arguments.dataDir)
    guard let target = arguments.target ?? (dataset == "airfoil" ? Airfoil.targetName : nil) else {
      throw DescentError(
        .invalidArgument, "give --target: one of \(table.names.joined(separator: ", "))")
    }
    let weights = arguments.weights
    let others = table.names.filter { $0 != target && $0 != weights }
    let chosen =
      arguments.features.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
      ?? others
    guard !chosen.isEmpty, !chosen.contains(target), Set(chosen).count == chosen.count, weights != target
    else {
      throw DescentError(
        .invalidArgument,
        "--features must name columns, each once, and not the target; nor may --weights name that")
    }
    (featureNames, targetName) = (chosen, target)
    let used = [target] + chosen + (weights.map { [$0] } ?? [])
    dropped = arguments.dropMissing ? try table.dropMissing(used) : 0
    targets = try RegressionTargets(table, target, arguments.family ?? .linear)
    var columns: [[Double]] = []
    for name in chosen {
      columns.append(try table.numbers(name, hint: "leave the column out with --features"))
    }
    self.weights = try weights.map { name throws(DescentError) in
      Tensor(try table.numbers(name, from: 0, hint: "--weights is for a column of numbers"))
    }
    let count = table.rows.count
    inputs = Tensor(
      (0..<count).flatMap { row in columns.map { $0[row] } }, shape: [count, chosen.count], dtype: .float64)
  }

  private static func read(_ dataset: String, _ folder: String?) throws(DescentError) -> CSVTable {
    if dataset == "airfoil" {
      let data = try Airfoil.load(dataDirectory: folder)
      let rows = (0..<data.targets.count).map { row in
        (0..<5).map { "\(data.inputs[row, $0].item())" } + ["\(data.targets[row].item())"]
      }
      return CSVTable(source: dataset, names: Airfoil.featureNames + [Airfoil.targetName], rows: rows)
    }
    guard dataset.hasPrefix("csv:") else {
      if dataset.lowercased().hasSuffix(".csv") {
        throw DescentError(
          .invalidArgument, "unknown data set '\(dataset)'; did you mean 'csv:\(dataset)'?")
      }
      throw .unknown("data set", dataset, among: ["airfoil", "csv:FILE"])
    }
    guard folder == nil else {
      throw DescentError(.invalidArgument, "--data-dir is for airfoil; csv:FILE says where the file is")
    }
    return try CSVTable(csv: String(dataset.dropFirst(4)))
  }
}
