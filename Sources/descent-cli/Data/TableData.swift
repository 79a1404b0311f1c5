import Descent

/// A table's columns: inputs, and a target of numbers or of classes.
struct TableData: RunData {
  let table: CSVTable
  let featureNames: [String]
  let targetName: String
  let targets: RunTargets
  /// As they were measured: inputs [rows, columns] in float64; targets [rows, 1] in float64, or classes [rows].
  let samples: TensorDataset
  private let classes: [Int]?

  /// The columns that a configuration names.
  ///
  /// - Parameter isForPrediction: whether targets are none of the table's: the run's kind is known.
  /// - Throws: `DescentError` with the file, line and column of what is wrong.
  init(_ config: RunConfig, isForPrediction: Bool) throws(DescentError) {
    var table = try CSVTable(dataset: config.dataset, dataDirectory: config.dataDirectory)
    guard let target = config.target ?? CSVTable.usualTarget(config.dataset) else {
      throw DescentError(
        .invalidArgument, "give --target: one of \(table.names.joined(separator: ", "))")
    }
    if table.names.allSatisfy({ CSVTable.number($0) != nil }) {
      warn("\(table.source): the first line is taken for the columns' names, though all of it are numbers")
    }
    targetName = isForPrediction ? target : try table.name(target)
    featureNames = try table.features(config.features, target: targetName)
    if config.dropMissing {
      _ = try table.dropMissing(featureNames + (isForPrediction ? [] : [targetName]))
    }
    let inputs = try table.numbers(featureNames, hint: "leave the column out with --features")
    let targets: Tensor
    if isForPrediction {
      classes = nil
      self.targets = config.classes.map { .classes($0) } ?? .numbers
      targets = .zeros([table.rows.count])
    } else {
      (self.targets, targets, classes) = try Self.targets(table, targetName, config)
    }
    self.table = table
    samples = TensorDataset(inputs: inputs, targets: targets)
  }

  /// Classes where the loss is one of classes, or the run has them; without either, where the column has text.
  private static func targets(
    _ table: CSVTable, _ name: String, _ config: RunConfig
  ) throws(DescentError) -> (RunTargets, Tensor, classes: [Int]?) {
    let loss = try config.loss.map { text throws(DescentError) in try RunConfig.loss(text).row.name }
    var areClasses = config.classes != nil
    if let loss {
      areClasses = LossName.ofClasses.contains(loss)
    } else if !areClasses {
      areClasses = try table.isOfText(name)
    }
    guard areClasses else {
      let hint =
        loss.map {
          "\($0) is for numbers; for classes there are --loss \(LossName.ofClasses.joined(separator: ", "))"
        }
        ?? "leave the line out"
      return (.numbers, try table.numbers([name], hint: hint), nil)
    }
    let (indices, names) = try table.classes(name, known: config.classes)
    return (.classes(names), Tensor(indices.map(Int64.init)), indices)
  }

  var inputShape: Shape { [featureNames.count] }
  var inputText: (unit: String, whole: String) { ("columns", "there are \(featureNames.count)") }
  var trainingCount: Int { samples.count }
  var summary: String {
    let kind =
      switch targets {
      case .classes(let names): "\(names.count) classes of \(targetName)"
      case .numbers: "target \(targetName)"
      }
    return "\(samples.count) samples of \(featureNames.count) columns, \(kind)"
  }

  // MARK: What a run keeps

  func note(in config: inout RunConfig) {
    (config.target, config.features, config.checksum) = (targetName, featureNames, checksum)
    if case .classes(let names) = targets { config.classes = names }
  }

  /// Of all numbers.
  private var checksum: String {
    let first = samples.inputs.withUnsafeBytes { crc32($0) }
    let sum = samples.targets.withUnsafeBytes { crc32($0, after: first) }
    return String(sum, radix: 16)
  }

  // MARK: Models and batches

  func model(_ network: Module) -> Module {
    ScaledModel(
      network, inputs: StandardScaler(featureNames.count),
      targets: targets.areClasses ? nil : StandardScaler(1))
  }

  func fit(_ model: Module, _ config: RunConfig) throws(DescentError) {
    let training = try parts(config).training
    let scaled = scalers(model)
    try scaled.inputs.fit(training)
    try scaled.targets?.fit(training, of: \.targets)
  }

  func loaders(
    _ config: RunConfig, _ model: Module
  ) throws(DescentError) -> (training: any BatchSource, validation: any BatchSource) {
    let parts = try parts(config)
    return (
      try trainingLoader(scaled(parts.training, model), config), try measuringLoader(parts.held, model)
    )
  }

  func testLoader(_ config: RunConfig, _ model: Module) throws(DescentError) -> any BatchSource {
    try measuringLoader(tested(config), model)
  }

  private func measuringLoader(
    _ part: Subset<TensorDataset>, _ model: Module
  ) throws(DescentError) -> any BatchSource {
    try DataLoader(scaled(part, model), batchSize: Self.measuringBatch)
  }

  private func parts(
    _ config: RunConfig
  ) throws(DescentError) -> (training: Subset<TensorDataset>, held: Subset<TensorDataset>) {
    try split(samples, config.validationShare, config, stratifiedBy: classes)
  }

  /// What was held back in the training; all, where nothing was.
  func tested(_ config: RunConfig) throws(DescentError) -> Subset<TensorDataset> {
    try config.validation == nil ? samples.subset(0..<samples.count) : parts(config).held
  }

  /// Scaled once, and not in every batch.
  private func scaled(_ part: Subset<TensorDataset>, _ model: Module) throws(DescentError) -> TensorDataset {
    let batch = noGrad { scalers(model).scaled(part.base.batch(part.indices[...])) }
    return TensorDataset(inputs: batch.inputs, targets: batch.targets)
  }

  func scalers(_ model: Module) -> ScaledModel {
    guard let scaled = model as? ScaledModel else { stop("a table's model has no scalers") }
    return scaled
  }
}
