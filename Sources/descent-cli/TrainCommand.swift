import ArgumentParser
import Descent
import Foundation

/// `descent train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a model on a data set.",
    usage:
      "descent train [--dataset D] [--model M] [--optimizer NAME] [--lr X] [...] [--out DIR] [--resume DIR]",
    discussion: "Every optimizer has options of its own: `descent optimizers NAME` lists them.")

  @Option(
    help:
      "The data set: \(StandardDataset.allCases.map(\.rawValue).joined(separator: ", ")). (default: \(RunConfig().dataset))"
  )
  var dataset: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(
    help:
      "The model: linear, mlp, mlp:H1,H2,... with hidden layers of these sizes, lenet, or layers, as \"conv2d(6, 5) relu flatten linear(10)\": see descent layers. (default: \(RunConfig().model))"
  )
  var model: String?
  @Option(
    help:
      "The optimizer: \(RuleTable.rules.map(\.name).joined(separator: ", ")). (default: \(RunConfig().optimizer.name))"
  )
  var optimizer: String?
  @Option(parsing: .unconditional, help: "Samples a step. (default: \(RunConfig().batchSize))")
  var batchSize: Int?
  @Option(
    parsing: .unconditional,
    help: "Epochs in all, those of a resumed run among them. (default: \(RunConfig().epochs))")
  var epochs: Int?
  @Option(
    help:
      "The seed of weights and orders; the weights are those of PyTorch's same seed. (default: \(RunConfig().seed))"
  )
  var seed: UInt64?
  @OptionGroup var threads: ThreadArguments
  @Flag(inversion: .prefixedNo, help: "Whether each epoch has a new random order. (default: --shuffle)")
  var shuffle: Bool?
  @Option(
    parsing: .unconditional, help: "Scale gradients so that their norm is at most this; inf for no limit.")
  var clipNorm: Double?
  @Option(parsing: .unconditional, help: "Limit each gradient to this size; inf for no limit.")
  var clipValue: Double?
  @Option(help: "The folder for model, state, history, configuration and chart.")
  var out: String?
  @Flag(help: "Replace a run that --out already holds.")
  var overwrite = false
  @Option(
    help:
      "Go on with the run in this folder; options given here take the place of its own, but for --model and --optimizer, which cannot change."
  )
  var resume: String?
  @Option(help: "How each epoch is printed: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var log: LogFormat = .text
  @Flag(help: "Print nothing but errors.")
  var quiet = false
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Options of the optimizer.", valueName: "optimizer options"))
  var ruleArguments: [String] = []

  func run() throws {
    var config = try resolve()
    try threads.apply()
    let data = try config.loadData()
    try config.checkMemory(data.training)
    let folder = try openFolder()
    // Locked until the last file is written.
    defer { withExtendedLifetime(folder) {} }
    manualSeed(config.seed)
    let network = try config.makeModel(data.training)
    let optimizer = try config.makeOptimizer(network)
    let trainer = Trainer(model: network, loss: CrossEntropyLoss(), optimizer: optimizer)
    trainer.divergenceAdvice = config.divergenceAdvice
    let training = try DataLoader(
      data.training, batchSize: config.batchSize, shuffle: config.shuffle, seed: config.seed)
    let test = try DataLoader(data.test, batchSize: 1000)
    if resume != nil { try goOn(trainer, training, &config) }
    if !quiet && log == .text { try describe(config, data.training, network) }
    if resume != nil && !quiet && trainer.completedEpochs >= config.epochs {
      let count = trainer.completedEpochs
      warn("nothing to do: \(count) epoch\(count == 1 ? " is" : "s are") done")
    }
    let interrupt = Interrupt()
    try trainer.fit(
      training, validation: test, epochs: config.epochs,
      callbacks: [interrupt] + callbacks(folder, config))
    if trainer.wasStopped && trainer.completedEpochs < config.epochs {
      warn("stopped" + (folder.map { "; go on with: descent train --resume \($0.path.shellQuoted)" } ?? ""))
      throw ExitCode(interrupt.exitCode)
    }
  }

  /// The folder for the run's files, if there is to be one: locked, and otherwise as it was.
  private func openFolder() throws -> RunFolder? {
    guard let path = out ?? resume else { return nil }
    guard let resume, path == resume else { return try RunFolder(new: path, overwrite: overwrite) }
    guard RunFolder.holdsState(resume) else {
      throw DescentError(
        .file,
        "\(resume) has no \(Checkpoint.stateFile) to go on from: start anew with --out \(resume.shellQuoted) --overwrite"
      )
    }
    return try RunFolder(resumed: resume)
  }

  /// Puts the trainer where the resumed run stood, with the options given here.
  private func goOn(
    _ trainer: Trainer, _ training: DataLoader<ImageDataset>, _ config: inout RunConfig
  ) throws {
    guard let resume else { return }
    try Checkpoint.resume(trainer, from: resume)
    try trainer.optimizer.setOptions(RuleArguments.parse(ruleArguments, rule: config.optimizer.name))
    // The state's count, whatever the configuration says.
    for name in config.optimizer.options.keys {
      config.optimizer.options[name] = try trainer.optimizer.option(name)
    }
    let other = try RunConfig.read(resume).dataset
    let obstacle =
      trainer.obstacle(to: training)
      ?? (config.dataset == other ? nil : "it began with the data set \(other)")
    if let obstacle, trainer.isInEpoch {
      warn("epoch \(trainer.completedEpochs + 1) begins anew: \(obstacle)")
      trainer.restartEpoch()
    }
  }

  private func callbacks(_ folder: RunFolder?, _ config: RunConfig) throws -> [any TrainingCallback] {
    var callbacks: [any TrainingCallback] = []
    if let folder {
      let checkpoints = CheckpointCallback(
        folder: folder.path, start: folder.start, texts: [RunConfig.file: try config.text()])
      callbacks.append(checkpoints)
      callbacks.append(LossChart(checkpoints, config: config))
    }
    if !quiet {
      callbacks.append(ProgressBar())
      callbacks.append(EpochReport(log))
    }
    return callbacks
  }

  /// The options given, those of the resumed run, and the defaults, in this order of precedence.
  private func resolve() throws -> RunConfig {
    var config = try resume.map(RunConfig.read) ?? RunConfig()
    try config.use(dataset: dataset, dataDirectory: dataDir)
    if let model, try ModelSpec(model) != ModelSpec(config.model) {
      try refuseChange(from: config.model, to: model)
      config.model = model
    }
    if let optimizer, try RuleTable.named(optimizer).name != config.optimizer.name {
      try refuseChange(from: config.optimizer.name, to: optimizer)
      config.optimizer = .init(name: optimizer)
    }
    let options = try RuleArguments.parse(ruleArguments, rule: config.optimizer.name)
    config.optimizer.options.merge(options) { $1 }
    config.batchSize = batchSize ?? config.batchSize
    config.epochs = epochs ?? config.epochs
    config.seed = seed ?? config.seed
    config.shuffle = shuffle ?? config.shuffle
    config.clipNorm = clipNorm ?? config.clipNorm
    config.clipValue = clipValue ?? config.clipValue
    guard config.epochs >= 0 else {
      throw DescentError(.invalidArgument, "--epochs is \(config.epochs), must not be negative")
    }
    guard config.batchSize >= 1 else {
      throw DescentError(.invalidArgument, "--batch-size is \(config.batchSize), must be at least 1")
    }
    guard out != nil || !overwrite else {
      throw DescentError(.invalidArgument, "--overwrite is for the run that --out holds; there is no --out")
    }
    guard log == .text || !quiet else {
      throw DescentError(.invalidArgument, "--log json is given, but --quiet prints nothing")
    }
    for (name, limit) in [("--clip-norm", config.clipNorm), ("--clip-value", config.clipValue)] {
      guard let limit else { continue }
      guard limit > 0 else {
        throw DescentError(.invalidArgument, "\(name) is \(limit.short), must be above 0")
      }
      guard try !RuleTable.named(config.optimizer.name).needsClosure || limit == .infinity else {
        throw DescentError(
          .invalidArgument, "\(config.optimizer.name) takes no clipped gradients: leave out \(name)")
      }
    }
    // JSON has no infinity.
    if config.clipNorm == .infinity { config.clipNorm = nil }
    if config.clipValue == .infinity { config.clipValue = nil }
    // What can be refused without reading data is refused first.
    _ = try config.standardDataset
    _ = try ModelSpec(config.model)
    _ = try Optimizer([], NamedRule(config.optimizer.name, config.optimizer.options))
    return config
  }

  /// A run's weights are of its model, its state is of its optimizer.
  private func refuseChange(from old: String, to new: String) throws(DescentError) {
    guard let resume else { return }
    throw DescentError(
      .invalidArgument,
      "\(resume) is of \(old), which cannot become \(new) on --resume: start anew with --out")
  }

  private func describe(_ config: RunConfig, _ data: ImageDataset, _ network: Module) throws {
    try print(
      """
      \(config.dataset): \(data.count) images of \(data.height) x \(data.width), \(data.classes) classes
      \(config.model): \(network.parameterCount) parameters
      \(config.optimizerText), batch \(config.batchSize), seed \(config.seed), \(Runtime.threads) threads
      """)
  }
}
