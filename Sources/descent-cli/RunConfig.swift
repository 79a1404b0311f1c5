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
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DescentError(.file, "\(path) cannot be read: \(folder) holds no run")
    }
    do {
      return try JSONDecoder().decode(RunConfig.self, from: data)
    } catch {
      throw DescentError(.format, "\(path) is damaged: \(error)")
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
    let model = try read(folder).makeModel(data)
    let path = "\(folder)/\(Checkpoint.modelFile)"
    do {
      try model.load(SafeTensors.read(path).tensors)
    } catch {
      throw error.code == .mismatch ? DescentError(.mismatch, "\(path): \(error.message)") : error
    }
    return model
  }
}
