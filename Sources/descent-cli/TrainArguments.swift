import ArgumentParser
import Descent

// The options of `descent train`, as its help groups them. Each says what it changes in a run's configuration; what is
// left out stays as it is there.

/// What is trained on.
struct DataArguments: ParsableArguments {
  @Option(
    help:
      "The data set: \(StandardDataset.allCases.map(\.rawValue).joined(separator: ", ")), \(CSVTable.airfoil), or a table, FILE.csv. (default: \(RunConfig().dataset))"
  )
  var dataset: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(
    help: ArgumentHelp(
      "The table's column to predict, by name or number. (default of \(CSVTable.airfoil): \(Airfoil.targetName))",
      valueName: "column"))
  var target: String?
  @Option(
    help: ArgumentHelp(
      "The table's columns to predict it from, with commas between. (default: all others)",
      valueName: "columns"))
  var features: String?
  @Flag(
    inversion: .prefixedNo,
    help:
      "Whether a table's lines with a missing value (empty, NA, N/A, NaN, null) are left out. (default: --no-drop-missing)"
  )
  var dropMissing: Bool?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the training samples to validate on, as 0.1; 0: the data set's test part. (default: 0; of a table, which has none, \(RunConfig.usualValidation))",
      valueName: "share"))
  var validation: Double?
  @Option(parsing: .unconditional, help: "Samples a batch. (default: \(RunConfig().batchSize))")
  var batchSize: Int?
  @Flag(inversion: .prefixedNo, help: "Whether each epoch has a new random order. (default: --shuffle)")
  var shuffle: Bool?

  func apply(to config: inout RunConfig) throws(DescentError) {
    try config.use(dataset: dataset, dataDirectory: dataDir)
    config.target = target ?? config.target
    config.features = features.map(CSVTable.columns) ?? config.features
    config.dropMissing = dropMissing ?? config.dropMissing
    config.validation = validation ?? config.validation
    config.batchSize = batchSize ?? config.batchSize
    config.shuffle = shuffle ?? config.shuffle
    if config.isOfTable { config.validation = config.validation ?? RunConfig.usualValidation }
    if config.validation == 0 && !config.isOfTable { config.validation = nil }
  }
}

/// What is trained, and how it is begun.
struct ModelArguments: ParsableArguments {
  @Option(
    help:
      "The model: linear, mlp, mlp:H1,H2,... with hidden layers of these sizes, lenet, or layers, as \"conv2d(6, 5) relu flatten linear(10)\": see descent layers. (default: \(RunConfig().model))"
  )
  var model: String?
  @Option(
    help:
      "What is minimized: of classes \(LossName.ofClasses.joined(separator: ", ")); of numbers \(LossName.ofNumbers.joined(separator: ", ")). Options in brackets, as \"huber(delta=0.5)\". (default: \(LossName.ofClasses[0]) or \(LossName.ofNumbers[0]))"
  )
  var loss: String?
  @Option(
    help:
      "The optimizer: \(RuleTable.rules.map(\.name).joined(separator: ", ")). (default: \(RunConfig().optimizer.name))"
  )
  var optimizer: String?
  @Option(
    help:
      "The seed of weights and orders; the weights are those of PyTorch's same seed. (default: \(RunConfig().seed))"
  )
  var seed: UInt64?

  /// An optimizer's options are not another one's.
  func apply(to config: inout RunConfig) throws(DescentError) {
    config.model = model ?? config.model
    config.loss = loss ?? config.loss
    config.seed = seed ?? config.seed
    if let optimizer, try RuleTable.named(optimizer).name != config.optimizer.name {
      config.optimizer = .init(name: optimizer)
    }
  }
}

/// What becomes of gradients before a step.
struct StepArguments: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Scale gradients so that their norm is at most this; inf for no limit.")
  var clipNorm: Double?
  @Option(parsing: .unconditional, help: "Limit each gradient to this size; inf for no limit.")
  var clipValue: Double?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Add up the gradients of so many batches for each step. (default: \(RunConfig().accumulate))",
      valueName: "batches"))
  var accumulate: Int?

  func apply(to config: inout RunConfig) {
    config.clipNorm = clipNorm ?? config.clipNorm
    config.clipValue = clipValue ?? config.clipValue
    config.accumulate = accumulate ?? config.accumulate
    // JSON has no infinity.
    if config.clipNorm == .infinity { config.clipNorm = nil }
    if config.clipValue == .infinity { config.clipValue = nil }
  }
}

/// How the loop goes.
struct LoopArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Epochs in all, those of a resumed run among them. (default: \(RunConfig().epochs))")
  var epochs: Int?
  @Option(
    help: ArgumentHelp(
      "What to measure besides the loss: of classes \(MetricName.ofClasses.joined(separator: ", ")), top5, ...; of numbers \(MetricName.ofNumbers.joined(separator: ", ")). (default: \(RunTargets.classes([]).usualMetrics.joined(separator: ",")) or \(RunTargets.numbers.usualMetrics.joined(separator: ",")))",
      valueName: "name,..."))
  var metric: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End after so many epochs in a row without a smaller validation loss, with the best epoch's weights; 0: never.",
      valueName: "epochs"))
  var earlyStop: Int?
  @Option(
    help: ArgumentHelp(
      "What the learning rate follows, step by step, as \"warmup(500) cosine(min=0)\": see descent schedules; none: it stays as it is.",
      valueName: "spec"))
  var schedule: String?
  @OptionGroup var step: StepArguments
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Validate and save an exponential average of the weights with this decay, as 0.999; 0: none.",
      valueName: "decay"))
  var ema: Double?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Update the average after every so many steps; the decay applies to each update. (default: \(RunConfig().emaEvery))",
      valueName: "steps"))
  var emaEvery: Int?

  func apply(to config: inout RunConfig) {
    config.epochs = epochs ?? config.epochs
    if let metric {
      let names = metric.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      config.metrics = names == [""] ? [] : names
    }
    config.schedule = schedule ?? config.schedule
    config.earlyStop = earlyStop ?? config.earlyStop
    config.ema = ema ?? config.ema
    config.emaEvery = emaEvery ?? config.emaEvery
    step.apply(to: &config)
    if config.schedule == "none" { config.schedule = nil }
    if config.earlyStop == 0 { config.earlyStop = nil }
    if config.ema == 0 { (config.ema, config.emaEvery) = (nil, emaEvery ?? 1) }
  }
}

/// Where the run comes from and goes to.
struct RunArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A YAML file of options, named as in a run's \(RunConfig.file); those given here take their place.",
      valueName: "file"))
  var config: String?
  @Option(help: "The folder for model, state, history, configuration and charts.")
  var out: String?
  @Flag(help: "Replace a run that --out already holds.")
  var overwrite = false
  @Option(
    help:
      "Go on with the run in this folder; options given here take the place of its own, but for --model, --loss and --optimizer, which cannot change, nor can a table."
  )
  var resume: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Save the state so often in the midst of an epoch too. (default: \(RunConfig().saveEvery.short))",
      valueName: "seconds"))
  var saveEvery: Double?
  @Option(help: "How each epoch is printed: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var log: LogFormat = .text
  @Flag(help: "Print nothing but errors.")
  var quiet = false
}
