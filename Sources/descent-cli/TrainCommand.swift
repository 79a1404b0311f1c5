import ArgumentParser
import Descent
import Foundation

/// `descent train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a model on a data set.",
    usage: """
      descent train [--dataset D] [--model M] [--optimizer NAME] [--lr X] [...] [--out DIR] [--resume DIR]
      descent train --dataset FILE.csv --target COLUMN [--features COLUMNS] [--loss NAME] [...]
      """,
    discussion: """
      A data set is images with classes, or a table: of numbers, whose first line has the columns' names. A table's inputs, \
      and its targets where they are numbers, are brought to mean 0 and deviation 1 before training; the loss is in these \
      units, metrics and predictions are in the target's own.

      Every optimizer has options of its own: `descent optimizers NAME` lists them. A run that is interrupted, by Ctrl-C or by a \
      crash, goes on with --resume, and ends with the same bits as if it had not been.
      """)

  @OptionGroup(title: "Data") var data: DataArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Training") var loop: LoopArguments
  @OptionGroup(title: "Files and output") var files: RunArguments
  @OptionGroup var threads: ThreadArguments
  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Options of the optimizer.", valueName: "optimizer options"))
  var ruleArguments: [String] = []

  func run() throws {
    var config = try resolve()
    try threads.apply()
    let data = try config.loadData()
    try config.checkMemory(data)
    let trainer = try config.makeTrainer(data)
    let folder = try openFolder()
    // Locked until the last file is written.
    defer { withExtendedLifetime(folder) {} }
    if files.resume != nil { try goOn(trainer, &config) }
    // Later than that: a table is scaled as the run began with it.
    let (training, validation) = try data.loaders(config, trainer.model)
    if files.resume != nil { try goOn(trainer, in: training, config) }
    if !files.quiet && files.log == .text { try config.describe(data, trainer.model) }
    if files.resume != nil && !files.quiet && trainer.completedEpochs >= config.epochs {
      let count = trainer.completedEpochs
      warn("nothing to do: \(count) epoch\(count == 1 ? " is" : "s are") done")
    }
    let given =
      files.resume == nil ? [:] : try RuleArguments.parse(ruleArguments, rule: config.optimizer.name)
    let interrupt = Interrupt()
    try trainer.fit(
      training, validation: validation, epochs: config.epochs, metrics: config.makeMetrics(trainer.model),
      callbacks: [interrupt] + config.makeCallbacks(base: given["lr"]) + reports(folder, config))
    guard let reason = trainer.stopReason, trainer.completedEpochs < config.epochs else { return }
    guard interrupt.hasCome else { return files.quiet ? () : warn("stopped: \(reason)") }
    warn("stopped" + (folder.map { "; go on with: descent train --resume \($0.path.shellQuoted)" } ?? ""))
    throw ExitCode(interrupt.exitCode)
  }

  /// The folder for the run's files, if there is to be one: locked, and otherwise as it was.
  private func openFolder() throws -> RunFolder? {
    guard let path = files.out ?? files.resume else { return nil }
    guard let resume = files.resume, path == resume else {
      return try RunFolder(new: path, overwrite: files.overwrite)
    }
    guard RunFolder.holdsState(resume) else {
      throw DescentError(
        .file,
        "\(resume) has no \(Checkpoint.stateFile) to go on from: start anew with --out \(resume.shellQuoted) --overwrite"
      )
    }
    return try RunFolder(resumed: resume)
  }

  /// Puts the trainer where the resumed run stood, with the options given here.
  private func goOn(_ trainer: Trainer, _ config: inout RunConfig) throws {
    guard let resume = files.resume else { return }
    guard try RunConfig.read(resume).checksum == config.checksum else {
      throw DescentError(
        .mismatch,
        "\(config.dataset) has other numbers than those that \(resume) was begun with: start anew with --out")
    }
    try Checkpoint.resume(trainer, from: resume)
    try trainer.optimizer.setOptions(RuleArguments.parse(ruleArguments, rule: config.optimizer.name))
    // The state's count, whatever the configuration says; but for the rate of the moment, where that follows a schedule.
    for name in config.optimizer.options.keys where config.schedule == nil || name != "lr" {
      config.optimizer.options[name] = try trainer.optimizer.option(name)
    }
  }

  /// Begins the epoch under way anew where its samples, or their order, are others.
  private func goOn(_ trainer: Trainer, in training: any BatchSource, _ config: RunConfig) throws {
    guard let resume = files.resume else { return }
    let other = try RunConfig.read(resume)
    // A table's numbers are the same, wherever its file is.
    let isSame = config.dataset == other.dataset || config.isOfTable
    let obstacle =
      trainer.obstacle(to: training) ?? (isSame ? nil : "it began with the data set \(other.dataset)")
    if let obstacle, trainer.isInEpoch {
      warn("epoch \(trainer.completedEpochs + 1) begins anew: \(obstacle)")
      trainer.restartEpoch()
    }
  }

  /// What saves the run, draws it and prints it.
  private func reports(_ folder: RunFolder?, _ config: RunConfig) throws -> [any TrainingCallback] {
    var callbacks: [any TrainingCallback] = []
    if let folder {
      let checkpoints = CheckpointCallback(
        folder: folder.path, every: [.epochs(1), .seconds(config.saveEvery)], start: folder.start,
        texts: [RunConfig.file: try config.text()])
      callbacks += [checkpoints, RunCharts(checkpoints, config: config)]
    }
    if !files.quiet { callbacks += [ProgressBar(), EpochReport(files.log)] }
    return callbacks
  }

  /// The options given, those of the configuration file, those of the resumed run, and the defaults, in this order of
  /// precedence.
  func resolve() throws -> RunConfig {
    let before = try files.resume.map(RunConfig.read)
    var config = before ?? RunConfig()
    if let path = files.config { try config.merge(yaml: path) }
    try data.apply(to: &config)
    try model.apply(to: &config)
    if let before {
      try refuseChanges(from: before, to: &config)
    } else {
      // Another run's, where its configuration is the file.
      (config.classes, config.checksum) = (nil, nil)
    }
    let options = try RuleArguments.parse(ruleArguments, rule: config.optimizer.name)
    config.optimizer.options.merge(options) { $1 }
    loop.apply(to: &config)
    config.saveEvery = files.saveEvery ?? config.saveEvery
    guard files.out != nil || !files.overwrite else {
      throw DescentError(.invalidArgument, "--overwrite is for the run that --out holds; there is no --out")
    }
    guard files.log == .text || !files.quiet else {
      throw DescentError(.invalidArgument, "--log json is given, but --quiet prints nothing")
    }
    try config.check()
    return config
  }

  /// A run's weights are of its model and its data, its state is of its optimizer, its history is of its loss.
  private func refuseChanges(from old: RunConfig, to new: inout RunConfig) throws(DescentError) {
    func refusal(_ old: String, _ new: String) -> DescentError {
      DescentError(
        .invalidArgument,
        "\(files.resume ?? "") is of \(old), which cannot become \(new) on --resume: start anew with --out")
    }
    if new.model != old.model, try ModelSpec(new.model) != ModelSpec(old.model) {
      throw refusal(old.model, new.model)
    }
    if new.optimizer.name != old.optimizer.name { throw refusal(old.optimizer.name, new.optimizer.name) }
    try new.checkKind(as: old, files.resume ?? "")
    if let loss = new.loss, let before = old.loss {
      let (now, then) = (try RunConfig.loss(loss), try RunConfig.loss(before))
      guard now.row.name == then.row.name, now.options == then.options else { throw refusal(before, loss) }
    }
    if let target = new.target, let before = old.target, target != before {
      throw refusal("the target \(before)", target)
    }
    if let features = new.features, let before = old.features, features != before {
      throw refusal("the columns \(before.joined(separator: ","))", features.joined(separator: ","))
    }
    if old.isOfTable || old.validation != nil || new.validation != nil {
      // Samples that were trained on would be validated on.
      func text(_ config: RunConfig) -> String {
        "validation \(config.validationShare.short), drawn by seed \(config.seed)"
      }
      if text(new) != text(old) { throw refusal(text(old), text(new)) }
    }
    new.model = old.model
  }
}
