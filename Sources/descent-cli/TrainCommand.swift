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
  @Option(help: "The folder with the data set's files.")
  var dataDir: String?
  @Option(
    help:
      "The model: linear, mlp, or mlp:H1,H2,... with hidden layers of these sizes. (default: \(RunConfig().model))"
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
  @Option(
    parsing: .unconditional, help: "Threads; 0 for one for each processor. Results do not depend on it.")
  var threads: Int = 0
  @Flag(inversion: .prefixedNo, help: "Whether each epoch has a new random order. (default: --shuffle)")
  var shuffle: Bool?
  @Option(help: "The folder for model, state, history, configuration and chart.")
  var out: String?
  @Flag(help: "Replace a run that --out already holds.")
  var overwrite = false
  @Option(help: "Go on with the run in this folder; options given here take the place of its own.")
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
    let config = try resolve()
    try Runtime.setThreads(threads)
    let data = try config.loadData()
    manualSeed(config.seed)
    let network = try config.makeModel(data.training)
    let optimizer = try config.makeOptimizer(network)
    let trainer = Trainer(model: network, loss: CrossEntropyLoss(), optimizer: optimizer)
    let training = try DataLoader(
      data.training, batchSize: config.batchSize, shuffle: config.shuffle, seed: config.seed)
    let test = try DataLoader(data.test, batchSize: 1000)
    if let resume {
      try Checkpoint.resume(trainer, from: resume)
      try optimizer.setOptions(RuleArguments.parse(ruleArguments, rule: config.optimizer.name))
    }
    let folder = out ?? resume
    if let folder, folder != resume { try RunFolder.prepare(folder, overwrite: overwrite) }
    try folder.map(config.write)
    if !quiet && log == .text { try describe(config, data.training, network) }
    try trainer.fit(
      training, validation: test, epochs: config.epochs, callbacks: callbacks(folder, config))
    if trainer.wasStopped {
      warn("stopped" + (folder.map { "; go on with: descent train --resume \($0)" } ?? ""))
      throw ExitCode(130)
    }
  }

  private func callbacks(_ folder: String?, _ config: RunConfig) -> [any TrainingCallback] {
    var callbacks: [any TrainingCallback] = [Interrupt()]
    if let folder {
      callbacks.append(CheckpointCallback(folder: folder))
      callbacks.append(LossChart(folder: folder, config: config))
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
    config.model = model ?? config.model
    if let optimizer, optimizer != config.optimizer.name { config.optimizer = .init(name: optimizer) }
    let options = try RuleArguments.parse(ruleArguments, rule: config.optimizer.name)
    config.optimizer.options.merge(options) { $1 }
    config.batchSize = batchSize ?? config.batchSize
    config.epochs = epochs ?? config.epochs
    config.seed = seed ?? config.seed
    config.shuffle = shuffle ?? config.shuffle
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
    // What can be refused without reading data is refused first.
    _ = try StandardDataset.named(config.dataset)
    _ = try ModelSpec(config.model)
    _ = try Optimizer([], NamedRule(config.optimizer.name, config.optimizer.options))
    return config
  }

  private func describe(_ config: RunConfig, _ data: ImageDataset, _ network: Module) throws {
    let options = config.optimizer.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    try print(
      """
      \(config.dataset): \(data.count) images of \(data.height) x \(data.width), \(data.classes) classes
      \(config.model): \(network.parameterCount) parameters
      \(([config.optimizer.name] + options).joined(separator: ", ")), batch \(config.batchSize), seed \(config.seed), \(Runtime.threads) threads
      """)
  }
}
