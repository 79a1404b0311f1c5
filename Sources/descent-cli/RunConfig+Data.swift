import Descent

/// What a configuration says of its data, and what the data say of it.
extension RunConfig {
  /// The share of a table that is validated on: it has no test part.
  static let usualValidation = 0.2

  /// The share of the samples that is held back from the training.
  var validationShare: Double { validation ?? (isOfTable ? Self.usualValidation : 0) }

  /// Whether the data set is a table.
  var isOfTable: Bool { CSVTable.isTable(dataset) }

  /// The data set's name where there is not much room: a file's without its folder.
  var datasetTitle: String {
    CSVTable.file(dataset)?.split(separator: "/").last.map(String.init) ?? dataset
  }

  /// Takes another data set, or another folder for its files, where one is given.
  ///
  /// - Throws: `DescentError` for the files of a data set that has none.
  mutating func use(dataset: String?, dataDirectory: String?) throws(DescentError) {
    self.dataset = dataset ?? self.dataset
    self.dataDirectory = dataDirectory ?? self.dataDirectory
    // Where another data set's files were.
    if dataset.flatMap(CSVTable.file) != nil { self.dataDirectory = dataDirectory }
    guard dataDirectory == nil || self.dataset != StandardDataset.glyphs.rawValue else {
      throw DescentError(
        .invalidArgument, "--data-dir is \(dataDirectory!), but \(self.dataset) is drawn and has no files")
    }
  }

  /// Has a trained model's data be all of another data set, where one is given.
  ///
  /// - Throws: `DescentError` for a table where the model is one for images, and the other way round.
  mutating func measure(_ other: OtherData, _ folder: String) throws(DescentError) {
    let before = self
    try use(dataset: other.dataset, dataDirectory: other.dataDir)
    try checkKind(as: before, folder)
    guard other.dataset != nil else {
      guard !other.dropMissing else {
        throw DescentError(.invalidArgument, "--drop-missing is for another table: there is no --dataset")
      }
      return
    }
    (validation, checksum) = (nil, nil)
    dropMissing = dropMissing || other.dropMissing
  }

  /// Refuses a table that is no longer the one that a run was trained on: which of its lines were not is unknown.
  func checkUnchanged(since before: String?, _ folder: String) throws(DescentError) {
    guard let before, before != checksum else { return }
    throw DescentError(
      .mismatch,
      "\(dataset) has other numbers than those that \(folder) was trained on, so that it is unknown which lines were not: give --dataset for all of them"
    )
  }

  /// Refuses a table where a run in a folder is one of images, and the other way round.
  func checkKind(as before: RunConfig, _ folder: String) throws(DescentError) {
    guard isOfTable != before.isOfTable else { return }
    func text(_ config: RunConfig) -> String {
      "\(config.isOfTable ? "the table" : "the images") \(config.dataset)"
    }
    throw DescentError(.mismatch, "\(folder) is of \(text(before)), which cannot become \(text(self))")
  }

  /// The data set, which must be one of images.
  var standardDataset: StandardDataset {
    get throws(DescentError) {
      guard let found = StandardDataset(rawValue: dataset) else {
        let named = StandardDataset.allCases.map(\.rawValue) + [CSVTable.airfoil]
        throw .unknown(
          "data set", dataset, among: named, described: named.joined(separator: ", ") + ", and FILE.csv")
      }
      return found
    }
  }

  /// The data, which say what was left to them.
  ///
  /// - Parameter isForPrediction: whether a table may be without the target.
  /// - Throws: `DescentError` for files that cannot be read, and as `settle`.
  mutating func loadData(isForPrediction: Bool = false) throws(DescentError) -> any RunData {
    let data: any RunData
    if isOfTable {
      data = try TableData(self, isForPrediction: isForPrediction)
    } else {
      let parts = try standardDataset.load(dataDirectory: dataDirectory)
      data = ImageData(training: parts.training, test: parts.test)
    }
    try settle(data)
    return data
  }

  /// Fills in what the data say: loss, metrics, what a run must find again.
  ///
  /// - Throws: `DescentError` for a loss and metrics that do not fit the targets.
  mutating func settle(_ data: any RunData) throws(DescentError) {
    data.note(in: &self)
    let loss = try Self.loss(self.loss ?? data.targets.usualLoss)
    try data.targets.check(loss: loss)
    self.loss = loss.text
    metrics = metrics ?? data.targets.usualMetrics
    for name in metrics ?? [] { _ = try data.targets.metric(name) }
  }

  /// All that reading a table depends on.
  var source: [String] {
    [dataset, dataDirectory ?? "", target ?? "", "\(dropMissing)", loss ?? ""] + (features ?? [])
  }

  /// The loss of a text: "mse", "huber(delta=0.5)".
  static func loss(_ text: String) throws(DescentError) -> NamedLoss {
    let name = RowText.name(text).replacing("-", with: "_")
    let row = try LossName.loss(name).row
    return try LossName.loss(name, RowText.options(text, of: row))
  }
}

extension NamedLoss {
  /// As `RunConfig.loss` reads it.
  fileprivate var text: String {
    let values = row.options.compactMap { option in
      options[option.name].map { "\(option.name)=\(option.text($0))" }
    }
    return row.name + (values.isEmpty ? "" : "(\(values.joined(separator: ", ")))")
  }
}
