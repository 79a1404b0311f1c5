import Descent
import Foundation

/// What a configuration makes: model, loss, optimizer.
extension RunConfig {
  /// The model with fresh weights for some data.
  func makeModel(_ data: any RunData) throws(DescentError) -> Module {
    data.model(try ModelSpec(model).make(input: data.inputShape, outputs: data.targets))
  }

  /// What is minimized.
  func makeLoss() throws(DescentError) -> any Loss { try Self.loss(loss ?? "") }

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
  func makeTrainer(_ data: any RunData) throws(DescentError) -> Trainer {
    try tryOut(data)
    manualSeed(seed)
    let model = try makeModel(data)
    try data.fit(model, self)
    let trainer = Trainer(model: model, loss: try makeLoss(), optimizer: try makeOptimizer(model))
    trainer.divergenceAdvice = divergenceAdvice
    return trainer
  }

  /// Refuses a model that takes no such batches: what its layers refuse in the midst of a run would stop the program. Some do
  /// only in training, as batch normalization of a single sample.
  func tryOut(_ data: any RunData) throws(DescentError) {
    let model = try makeModel(data)
    let samples = try data.loaders(self, model).training.epochSize?.samples ?? 0
    let (whole, rest) = (min(batchSize, samples), samples % batchSize)
    for count in Set([whole, rest]).subtracting([0]).sorted() {
      do throws(DescentError) {
        _ = try Refusals.thrown { noGrad { model(.zeros(Shape([count] + Array(data.inputShape)))) } }
      } catch {
        let isLast = count == rest && rest != whole
        let last = isLast ? ", as the last of an epoch is with --batch-size \(batchSize)" : ""
        throw DescentError(
          error.code,
          "the model takes no batch of \(count) sample\(count == 1 ? "" : "s")\(last): \(error.message)")
      }
    }
  }

  /// A folder's model with its weights.
  static func loadModel(_ folder: String, for data: any RunData) throws(DescentError) -> Module {
    let config = try read(folder)
    try config.checkMemory(data, trains: false)
    let path = "\(folder)/\(Checkpoint.modelFile)"
    let tensors = try SafeTensors.read(path).tensors
    // Before the model is made, which for large images may be more than memory holds.
    let (taken, given) = (ModelSpec.inputs(tensors), data.inputShape.elementCount)
    guard taken ?? given == given else {
      throw DescentError(
        .mismatch, "\(path): the model takes \(taken!) \(data.inputText.unit), \(data.inputText.whole)")
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
  func describe(_ data: any RunData, _ network: Module) throws {
    try print(
      """
      \(dataset): \(data.summary)
      \(model): \(network.parameterCount) parameters
      \(loss == data.targets.usualLoss ? "" : "\(loss ?? ""), ")\(optimizerText), batch \(batchSize), seed \(seed), \(Runtime.threads) threads
      """)
  }

  /// The optimizer with its options, for people.
  var optimizerText: String {
    let options = optimizer.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let limits = [clipNorm.map { "clip-norm \($0)" }, clipValue.map { "clip-value \($0)" }].compactMap { $0 }
    let loop = [
      schedule.map { "schedule \($0)" }, accumulate > 1 ? "accumulate \(accumulate)" : nil,
      ema.map { "ema \($0)" + (emaEvery > 1 ? " every \(emaEvery) steps" : "") },
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
  func checkMemory(_ data: any RunData, trains: Bool = true) throws(DescentError) {
    // Training has gradients and the optimizer's state besides the parameters.
    let copies = trains ? 2 + (RuleTable.rule(optimizer.name)?.stateSize ?? 0) : 1
    let needed = try ModelSpec(model).leastBytes(
      inputs: data.inputShape.elementCount, outputs: data.targets.outputs, copies: copies,
      batchSize: trains ? min(batchSize, data.trainingCount) : 1)
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
