import Descent
import Foundation

/// What a run was started with: `config.json` in its folder.
struct RunConfig: Codable {
  /// The rule and the values given for its options; the others have the table's defaults.
  struct OptimizerConfig: Codable {
    var name = "sgd"
    var options: [String: Double] = [:]
  }

  var dataset = StandardDataset.glyphs.rawValue
  var dataDirectory: String?
  var model = "mlp"
  var optimizer = OptimizerConfig()
  var batchSize = 16
  var epochs = 10
  var seed: UInt64 = 0
  var shuffle = true
  /// The limits of the gradients' norm and of each one's size; nil for none.
  var clipNorm: Double?
  var clipValue: Double?

  static let file = "config.json"

  enum CodingKeys: String, CodingKey {
    case dataset, model, optimizer, epochs, seed, shuffle
    case dataDirectory = "data_dir"
    case batchSize = "batch_size"
    case clipNorm = "clip_norm"
    case clipValue = "clip_value"
  }

  /// Reads a folder's.
  static func read(_ folder: String) throws(DescentError) -> RunConfig {
    try RunFolder.finishSave(folder)
    let path = "\(folder)/\(file)"
    guard access(path, F_OK) == 0 || errno != ENOENT else {
      throw DescentError(.file, "\(folder) holds no run: there is no \(path)")
    }
    let data = try InputFile.read(path)
    // The decoder does not tell text that is no JSON from a number that fits no type, and quotes all of it.
    guard (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil else {
      throw DescentError(.format, "\(path) is damaged: it is no JSON")
    }
    do {
      return try JSONDecoder().decode(RunConfig.self, from: data)
    } catch {
      throw DescentError(.format, "\(path) is damaged: \(sentence(error))")
    }
  }

  /// What is wrong with a JSON file, in words for whoever has to mend it.
  private static func sentence(_ error: any Error) -> String {
    func name(_ path: [any CodingKey]) -> String { "'\(path.map(\.stringValue).joined(separator: "."))'" }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(name(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty: "it is no JSON object"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(name(context.codingPath)) is of the wrong type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(name(context.codingPath)) has a value that it cannot have"
    case DecodingError.dataCorrupted(let context):
      "one of its numbers does not fit: \(context.debugDescription)"
    default: "\(error)"
    }
  }

  /// The file's text.
  func text() throws(DescentError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw DescentError(.invalidArgument, "the options cannot be written as JSON: is one of them infinite?")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

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
  /// The optimizer with its options, for people.
  var optimizerText: String {
    let options = optimizer.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let limits = [clipNorm.map { "clip-norm \($0)" }, clipValue.map { "clip-value \($0)" }].compactMap { $0 }
    return ([optimizer.name] + options + limits).joined(separator: ", ")
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
