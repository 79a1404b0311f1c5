import Descent
import Foundation
import Testing

/// Deep networks whole: PyTorch's state dicts, and its losses from the same seed.
@Suite struct DeepNetworkTests {
  // MARK: State dicts

  private final class Recurrent: Module {
    let lstm = LSTM(3, 4, layers: 2, batchFirst: true, bidirectional: true)
    let head = Linear(8, 2)

    override func forward(_ x: Tensor) -> Tensor { head(lstm(x)) }
  }

  private static func make(_ name: String) throws -> Module {
    switch name {
    case "lenet":
      try Network(
        """
        conv2d(2, 5, padding=2) batch_norm2d sigmoid avg_pool2d(2) conv2d(4, 5) batch_norm2d sigmoid avg_pool2d(2) \
        flatten linear(8) batch_norm1d sigmoid linear(3)
        """, inputs: [1, 1, 16, 16])
    case "lstm": Recurrent()
    default: TransformerEncoder(8, 2, layers: 2, feedforward: 12, batchFirst: true, norm: true)
    }
  }

  struct StateDict: Decodable, Sendable {
    struct Output: Decodable, Sendable {
      var shape: [Int]
      var values: [Double]
    }
    var name: String
    var shape: [Int]
    var output: Output
  }
  private struct StateDicts: Decodable { var cases: [StateDict] }

  @Test(arguments: Fixtures.load("state_dicts.json", as: StateDicts.self).cases)
  func stateDictsArePyTorchs(_ test: StateDict) throws {
    let path = Fixtures.path("state_dicts/\(test.name).safetensors")
    let saved = try SafeTensors.read(path).tensors
    let model = try Self.make(test.name)
    try model.load(saved)
    model.eval()
    let x = Tensor(
      exactNumbers(test.shape.reduce(1, *), step: 3).map(Float.init), shape: Shape(test.shape))
    let y = noGrad { model(x) }
    #expect(y.shape == Shape(test.output.shape))
    for (found, right) in zip(y.doubles, test.output.values) { #expect(abs(found - right) < 1e-6) }
    // And back: the names, shapes, types and numbers that PyTorch saved.
    try withTemporaryFolder { folder in
      try SafeTensors.write(model.stateDict, to: "\(folder)/state.safetensors")
      let written = try SafeTensors.read("\(folder)/state.safetensors").tensors
      #expect(Set(written.keys) == Set(saved.keys))
      for (name, tensor) in saved {
        let other = try #require(written[name])
        #expect(other.shape == tensor.shape && other.dtype == tensor.dtype && other.doubles == tensor.doubles)
      }
    }
  }

  // MARK: Letters

  private struct Letters: Decodable {
    var lstm, transformer: [Double]
  }

  // Parts are drawn in the order in which they are made.
  private final class Writer: Module {
    let embedding: Embedding
    let lstm: LSTM
    let head: Linear

    init(_ letters: Int) {
      embedding = Embedding(letters, 32)
      lstm = LSTM(32, 64, batchFirst: true)
      head = Linear(64, letters)
    }

    override func forward(_ x: Tensor) -> Tensor { head(lstm(embedding(x))) }
  }

  private final class Transformer: Module {
    let embedding: Embedding
    let places = PositionalEncoding(64, dropout: 0, batchFirst: true)
    let encoder: TransformerEncoder
    let head: Linear

    init(_ letters: Int) {
      embedding = Embedding(letters, 64)
      encoder = TransformerEncoder(64, 4, layers: 2, feedforward: 128, dropout: 0, batchFirst: true)
      head = Linear(64, letters)
    }

    override func forward(_ x: Tensor) -> Tensor {
      head(encoder(places(embedding(x)), isCausal: true))
    }
  }

  /// The first 100 losses are PyTorch's, from the same seed.
  @Test(arguments: ["lstm", "transformer"]) func letters(_ name: String) throws {
    let text = try String(
      contentsOfFile: Fixtures.path("../../Examples/Data/sums.txt"), encoding: .utf8)
    let letters = Set(text).sorted()
    let codes = text.map { letters.firstIndex(of: $0)! }
    let expected = Fixtures.load("characters.json", as: Letters.self)
    try alone(seed: 42) {
      let model: Module = name == "lstm" ? Writer(letters.count) : Transformer(letters.count)
      let optimizer = try Optimizer(for: model, Adam(learningRate: name == "lstm" ? 1e-2 : 1e-3))
      for (step, right) in (name == "lstm" ? expected.lstm : expected.transformer).enumerated() {
        let starts = (0..<16).map { (step * 16 + $0) * 131 % (codes.count - 33) }
        func batch(_ shift: Int) -> [Int] { starts.flatMap { codes[$0 + shift..<$0 + shift + 32] } }
        let logits = model(Tensor(classes: batch(0)).reshaped([16, 32])).reshaped([512, letters.count])
        let loss = CrossEntropyLoss()(logits, Tensor(classes: batch(1)))
        #expect(abs(loss.item() / right - 1) < 1e-3, "step \(step)")
        loss.backward()
        try optimizer.step()
        optimizer.zeroGrad()
      }
    }
  }

  // MARK: LeNet

  private struct LeNet: Decodable {
    var sgd, adam: [Double]
  }
  private static let folder = ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"].map {
    "\($0)/fashion-mnist"
  }
  private static let isThere = folder.map { FileManager.default.fileExists(atPath: $0) } ?? false

  /// d2l's LeNet: the first 200 losses are PyTorch's, from the same seed.
  @Test(
    .enabled(if: isThere, "set DESCENT_DATA_DIR to the folder with fashion-mnist/"),
    arguments: ["sgd", "adam"])
  func leNet(_ rule: String) throws {
    let expected = Fixtures.load("lenet.json", as: LeNet.self)
    let data = try StandardDataset.fashionMNIST.load(dataDirectory: Self.folder).training
    var losses: [Double] = []
    try alone(seed: 42) {
      let model = try Network(
        """
        conv2d(6, 5, padding=2) sigmoid avg_pool2d(2) conv2d(16, 5) sigmoid avg_pool2d(2) \
        flatten linear(120) sigmoid linear(84) sigmoid linear(10)
        """, inputs: [1, 1, 28, 28])
      for parameter in model.parameters where parameter.rank > 1 {
        Initializer.xavierUniform()(parameter)
      }
      let optimizer = try Optimizer(
        for: model, rule == "sgd" ? SGD(learningRate: 0.9) as any OptimizerRule : Adam(learningRate: 0.005))
      for batch in try DataLoader(data, batchSize: 256, shuffle: true) {
        let loss = CrossEntropyLoss()(model(batch.inputs), batch.targets)
        losses.append(loss.item())
        loss.backward()
        try optimizer.step()
        optimizer.zeroGrad()
        if losses.count == 200 { break }
      }
    }
    for (step, (found, right)) in zip(losses, rule == "sgd" ? expected.sgd : expected.adam).enumerated() {
      #expect(abs(found / right - 1) < 1e-3, "step \(step): \(found), not \(right)")
    }
  }
}
