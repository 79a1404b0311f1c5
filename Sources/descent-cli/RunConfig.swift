import Descent

/// What a run is to be: `config.json` in its folder, and what `--config` reads.
struct RunConfig: Codable {
  /// The rule and the values given for its options; the others have the table's defaults.
  struct OptimizerConfig: Codable {
    var name = "sgd"
    var options: [String: Double] = [:]
  }

  var dataset = StandardDataset.glyphs.rawValue
  var dataDirectory: String?
  /// A table's column to predict, those to predict it from, and whether lines with a missing value are left out.
  var target: String?
  var features: [String]?
  var dropMissing = false
  /// What a table's target classes are called, in their order, and a checksum of its numbers: as the run found them.
  var classes: [String]?
  var checksum: String?
  /// The share of the training samples that the model is measured on instead of being trained; nil: it is measured on the
  /// data set's test part.
  var validation: Double?
  var model = "mlp"
  /// What is minimized; nil: what is usual for the targets.
  var loss: String?
  var optimizer = OptimizerConfig()
  var batchSize = 16
  var epochs = 10
  var seed: UInt64 = 0
  var shuffle = true
  /// What the learning rate follows, by steps; nil: it stays as it is.
  var schedule: String?
  /// The limits of the gradients' norm and of each one's size; nil for none.
  var clipNorm: Double?
  var clipValue: Double?
  /// The batches that a step's gradient is of.
  var accumulate = 1
  /// The decay of an exponential average of the weights; nil for none.
  var ema: Double?
  /// The steps after each of which the weights go into it.
  var emaEvery = 1
  /// The epochs without a better one that end the run; nil for any number.
  var earlyStop: Int?
  /// The names of the metrics; nil: what is usual for the targets.
  var metrics: [String]?
  /// The seconds between two saves in the midst of an epoch.
  var saveEvery = 30.0

  enum CodingKeys: String, CodingKey, CaseIterable {
    case dataset, target, features, classes, checksum, validation, model, loss, optimizer, epochs, seed,
      shuffle
    case schedule, accumulate, ema, metrics
    case dataDirectory = "data_dir"
    case dropMissing = "drop_missing"
    case batchSize = "batch_size"
    case clipNorm = "clip_norm"
    case clipValue = "clip_value"
    case emaEvery = "ema_every"
    case earlyStop = "early_stop"
    case saveEvery = "save_every"
  }

  init() {}

  /// What is left out has its default.
  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
      value = try fields.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    try read(.dataset, &dataset)
    dataDirectory = try fields.decodeIfPresent(String.self, forKey: .dataDirectory)
    target = try fields.decodeIfPresent(String.self, forKey: .target)
    features = try fields.decodeIfPresent([String].self, forKey: .features)
    try read(.dropMissing, &dropMissing)
    classes = try fields.decodeIfPresent([String].self, forKey: .classes)
    checksum = try fields.decodeIfPresent(String.self, forKey: .checksum)
    validation = try fields.decodeIfPresent(Double.self, forKey: .validation)
    try read(.model, &model)
    loss = try fields.decodeIfPresent(String.self, forKey: .loss)
    try read(.optimizer, &optimizer)
    try read(.batchSize, &batchSize)
    try read(.epochs, &epochs)
    try read(.seed, &seed)
    try read(.shuffle, &shuffle)
    schedule = try fields.decodeIfPresent(String.self, forKey: .schedule)
    clipNorm = try fields.decodeIfPresent(Double.self, forKey: .clipNorm)
    clipValue = try fields.decodeIfPresent(Double.self, forKey: .clipValue)
    try read(.accumulate, &accumulate)
    ema = try fields.decodeIfPresent(Double.self, forKey: .ema)
    try read(.emaEvery, &emaEvery)
    earlyStop = try fields.decodeIfPresent(Int.self, forKey: .earlyStop)
    metrics = try fields.decodeIfPresent([String].self, forKey: .metrics)
    try read(.saveEvery, &saveEvery)
  }
}

extension RunConfig.OptimizerConfig {
  private enum CodingKeys: String, CodingKey { case name, options }

  /// A name alone will do.
  init(from decoder: any Decoder) throws {
    self.init()
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      self.name = name
      return
    }
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    options = try fields.decodeIfPresent([String: Double].self, forKey: .options) ?? [:]
  }
}
