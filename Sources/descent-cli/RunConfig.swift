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

  static let file = "config.json"

  enum CodingKeys: String, CodingKey {
    case dataset, model, optimizer, epochs, seed, shuffle
    case dataDirectory = "data_dir"
    case batchSize = "batch_size"
  }

  /// Reads a folder's.
  static func read(_ folder: String) throws(DescentError) -> RunConfig {
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

  /// What is wrong with a JSON file, for who has to mend it.
  private static func sentence(_ error: any Error) -> String {
    func name(_ path: [any CodingKey]) -> String { "'\(path.map(\.stringValue).joined(separator: "."))'" }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(name(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty: "it is no JSON object"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(name(context.codingPath)) is not what it should be"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(name(context.codingPath)) is not what it should be"
    case DecodingError.dataCorrupted(let context):
      "one of its numbers does not fit: \(context.debugDescription)"
    default: "\(error)"
    }
  }

  /// Writes it into a folder.
  func write(_ folder: String) throws(DescentError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw DescentError(.invalidArgument, "the options cannot be written as JSON: is one of them infinite?")
    }
    try AtomicFile.write(String(decoding: data, as: UTF8.self) + "\n", to: "\(folder)/\(Self.file)")
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

  /// The data set's two parts.
  func loadData() throws(DescentError) -> (training: ImageDataset, test: ImageDataset) {
    try StandardDataset.named(dataset).load(dataDirectory: dataDirectory)
  }

  /// The model with fresh weights for a data set.
  func makeModel(_ data: ImageDataset) throws(DescentError) -> Module {
    try ModelSpec(model).make(inputs: data.height * data.width, classes: data.classes)
  }

  /// The optimizer for a model. A rule for matrices leaves what is none to AdamW, with its defaults.
  func makeOptimizer(_ model: Module) throws(DescentError) -> Optimizer {
    let rule = NamedRule(optimizer.name, optimizer.options)
    let takesMatricesOnly = RuleTable.rule(rule.ruleName)?.kind == .matrix
    return try Optimizer(for: model) { _, parameter in
      if takesMatricesOnly && parameter.shape.rank != 2 { AdamW() } else { rule }
    }
  }

  /// A folder's model with its weights.
  static func loadModel(_ folder: String, for data: ImageDataset) throws(DescentError) -> Module {
    let config = try read(folder)
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
