import Descent

extension CSVTable {
  /// What `--dataset` calls the table that has a name of its own.
  static let airfoil = "airfoil"

  /// The path of the file that a data set's name means: csv:FILE, or FILE that ends in .csv; nil if it means none.
  static func file(_ dataset: String) -> String? {
    if dataset.hasPrefix("csv:") { return String(dataset.dropFirst(4)) }
    return dataset.lowercased().hasSuffix(".csv") ? dataset : nil
  }

  /// Whether a data set's name is a table's.
  static func isTable(_ dataset: String) -> Bool { dataset == airfoil || file(dataset) != nil }

  /// The column that is the target where none is named.
  static func usualTarget(_ dataset: String) -> String? { dataset == airfoil ? Airfoil.targetName : nil }

  /// The table of a data set's name.
  ///
  /// - Throws: `DescentError` for other names, and what reading throws.
  init(dataset: String, dataDirectory: String?) throws(DescentError) {
    if let file = Self.file(dataset) {
      guard dataDirectory == nil else {
        throw DescentError(
          .invalidArgument, "--data-dir is for \(Self.airfoil); \(dataset) says where the file is")
      }
      try self.init(csv: file)
      return
    }
    guard dataset == Self.airfoil else {
      throw .unknown("data set", dataset, among: [Self.airfoil, "FILE.csv"])
    }
    let data = try Airfoil.load(dataDirectory: dataDirectory)
    let (inputs, targets) = (data.inputs.doubles, data.targets.doubles)
    let width = Airfoil.featureNames.count
    let rows = targets.indices.map { row in
      (inputs[row * width..<(row + 1) * width] + [targets[row]]).map { "\($0)" }
    }
    self.init(source: dataset, names: Airfoil.featureNames + [Airfoil.targetName], rows: rows)
  }
}
