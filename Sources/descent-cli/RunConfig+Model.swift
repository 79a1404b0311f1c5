import Descent
import Foundation

/// What a configuration makes: data, model, optimizer.
extension RunConfig {
  /// Takes another data set, or another folder for its files, where one is given.
  ///
  /// - Throws: `DescentError` for the files of a data set that has none.
  mutating func use(dataset: String?, dataDirectory: String?) throws(DescentError) {
    self.dataset = dataset ?? self.dataset
    self.dataDirectory = dataDirectory ?? self.dataDirectory
    guard dataDirectory == nil || self.dataset != StandardDataset.glyphs.rawValue else {
      throw DescentError(
        .invalidArgument, "--data-dir is \(dataDirectory!), but \(self.dataset) is drawn and has no files")
    }
  }

  /// The data set, which must be one of images.
  var standardDataset: StandardDataset {
    get throws(DescentError) {
      guard dataset != "airfoil" && !dataset.hasPrefix("csv:") else {
        throw DescentError(
          .invalidArgument, "\(dataset) is a table: descent newton --dataset \(dataset.shellQuoted)")
      }
      return try StandardDataset.named(dataset)
    }
  }

  /// The data set's two parts.
  func loadData() throws(DescentError) -> (training: ImageDataset, test: ImageDataset) {
    try standardDataset.load(dataDirectory: dataDirectory)
  }

  /// The model with fresh weights for a data set.
  func makeModel(_ data: ImageDataset) throws(DescentError) -> Module {
    try ModelSpec(model).make(height: data.height, width: data.width, classes: data.classes)
  }

  /// The optimizer for a model. A rule for matrices leaves what is none to AdamW, with its defaults.
  func makeOptimizer(_ model: Module) throws(DescentError) -> Optimizer {
    let rule = NamedRule(optimizer.name, optimizer.options)
    let takesMatricesOnly = RuleTable.rule(rule.ruleName)?.kind == .matrix
    let made = try Optimizer(for: model) { _, parameter in
      if takesMatricesOnly && parameter.shape.rank != 2 { AdamW() } else { rule }
    }
    try made.setClipping(norm: clipNorm, value: clipValue)
    return made
  }

  /// The beginning of a run: fresh weights, which follow from the seed.
  func makeTrainer(_ data: ImageDataset) throws(DescentError) -> Trainer {
    manualSeed(seed)
    let model = try makeModel(data)
    let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: try makeOptimizer(model))
    trainer.divergenceAdvice = divergenceAdvice
    return trainer
  }

  /// A folder's model with its weights.
  static func loadModel(_ folder: String, for data: ImageDataset) throws(DescentError) -> Module {
    let config = try read(folder)
    try config.checkMemory(data, trains: false)
    let path = "\(folder)/\(Checkpoint.modelFile)"
    let tensors = try SafeTensors.read(path).tensors
    // Before the model is made, which for large images may be more than memory holds.
    let (taken, pixels) = (ModelSpec.inputs(tensors), data.height * data.width)
    guard taken ?? pixels == pixels else {
      throw DescentError(
        .mismatch,
        "\(path): the model takes \(taken!) pixels, the images are of \(data.height) x \(data.width)")
    }
    let model = try config.makeModel(data)
    do {
      try model.load(tensors)
    } catch {
      throw error.code == .mismatch ? DescentError(.mismatch, "\(path): \(error.message)") : error
    }
    return model
  }
}

extension RunConfig {
  /// Says what is trained on what.
  func describe(_ data: ImageDataset, _ network: Module) throws {
    try print(
      """
      \(dataset): \(data.count) images of \(data.height) x \(data.width), \(data.classes) classes
      \(model): \(network.parameterCount) parameters
      \(optimizerText), batch \(batchSize), seed \(seed), \(Runtime.threads) threads
      """)
  }

  /// The optimizer with its options, for people.
  var optimizerText: String {
    let options = optimizer.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let limits = [clipNorm.map { "clip-norm \($0)" }, clipValue.map { "clip-value \($0)" }].compactMap { $0 }
    let loop = [
      schedule.map { "schedule \($0)" }, accumulate > 1 ? "accumulate \(accumulate)" : nil,
      ema.map { "ema \($0)" },
    ].compactMap { $0 }
    return ([optimizer.name] + options + limits + loop).joined(separator: ", ")
  }

  /// What can be done about a run that diverges.
  var divergenceAdvice: String {
    let takesClipping = RuleTable.rule(optimizer.name)?.needsClosure == false
    return "Lower the learning rate (--lr)"
      + (takesClipping ? ", or clip the gradients (--clip-norm, --clip-value)." : ".")
  }

  /// Refuses what cannot fit into memory, before anything of it is there.
  func checkMemory(_ data: ImageDataset, trains: Bool = true) throws(DescentError) {
    // Training has gradients and the optimizer's state besides the parameters.
    let copies = trains ? 2 + (RuleTable.rule(optimizer.name)?.stateSize ?? 0) : 1
    let needed = try ModelSpec(model).leastBytes(
      inputs: data.height * data.width, classes: data.classes, copies: copies,
      batchSize: trains ? min(batchSize, data.count) : 1)
    guard let free = FreeMemory.bytes, needed > free else { return }
    func text(_ bytes: Double) -> String { String(format: "%.1f GB", max(bytes, 0) / 1e9) }
    throw DescentError(
      .resources,
      "there is not enough memory: \(model)"
        + (trains ? " with \(optimizer.name) and batches of \(batchSize)" : "")
        + " takes at least \(text(needed)), \(text(free)) are free"
    )
  }
}
