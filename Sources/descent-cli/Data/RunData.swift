import Descent

/// What a run is trained and measured on. Commands ask it for all that depends on that: what a model takes and makes, which
/// losses and metrics fit, and batches.
protocol RunData {
  /// The shape of a sample's inputs.
  var inputShape: Shape { get }
  /// What the inputs are made of, as an error says it: "pixels", "the images are of 28 x 28".
  var inputText: (unit: String, whole: String) { get }
  var targets: RunTargets { get }
  /// The samples to train on, those of a validation among them.
  var trainingCount: Int { get }
  /// The data in a line: "640 images of 28 x 28, 10 classes".
  var summary: String { get }

  /// Writes what a run must find unchanged when it goes on into its configuration.
  func note(in config: inout RunConfig)

  /// The model of a network: with what the data need besides, as they were made.
  func model(_ network: Module) -> Module
  /// Fits what the data need of a model to the samples to train on.
  func fit(_ model: Module, _ config: RunConfig) throws(DescentError)
  /// The samples to train on and those to measure the model on.
  func loaders(
    _ config: RunConfig, _ model: Module
  ) throws(DescentError) -> (training: any BatchSource, validation: any BatchSource)
  /// The samples that a trained model is measured on.
  func testLoader(_ config: RunConfig, _ model: Module) throws(DescentError) -> any BatchSource

  /// The first samples, at most so many, with a model's predictions: rows of text, the first of names.
  func predictions(
    _ config: RunConfig, _ model: Module, first: Int?
  ) throws(DescentError) -> [[String]]
}

extension RunData {
  /// Samples a batch, where nothing is learnt.
  static var measuringBatch: Int { 1000 }

  /// Goes through the numbers of samples, some at a time.
  static func inBatches(
    _ count: Int, _ body: (Range<Int>) throws(DescentError) -> Void
  ) throws(DescentError) {
    for start in stride(from: 0, to: count, by: measuringBatch) {
      try body(start..<min(start + measuringBatch, count))
    }
  }

  /// A loader of some samples to train on, as a configuration has it.
  func trainingLoader(_ data: some Dataset, _ config: RunConfig) throws(DescentError) -> any BatchSource {
    try DataLoader(data, batchSize: config.batchSize, shuffle: config.shuffle, seed: config.seed)
  }

  /// Parts of the samples to train on and to validate on, by the share of the latter.
  func split<Source: Dataset>(
    _ data: Source, _ share: Double, _ config: RunConfig, stratifiedBy classes: [Int]?
  ) throws(DescentError) -> (training: Subset<Source>, held: Subset<Source>) {
    let (training, held) = try data.split(
      1 - share, stratifiedBy: classes, generator: Generator(seed: config.seed))
    guard training.count > 0, held.count > 0 else {
      throw DescentError(
        .invalidArgument,
        "--validation is \(share.short), which leaves \(training.count) of \(data.count) samples for the training and \(held.count) for the validation"
      )
    }
    return (training, held)
  }
}
