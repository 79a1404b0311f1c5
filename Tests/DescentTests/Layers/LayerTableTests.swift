import CDescent
import Descent
import Testing

/// Every layer of the C core's table has a face, which computes what the table's layer does.
@Suite struct LayerTableTests {
  static let faces: [String: @Sendable () -> Layer] = [
    "linear": { Linear(6, 2, generator: Generator(seed: 1)) },
    "flatten": { Flatten() },
    "batch_norm1d": { BatchNorm1d(6) },
    "rnn": { RNN(6, 2, generator: Generator(seed: 1)) },
    "lstm": { LSTM(6, 2, generator: Generator(seed: 1)) },
    "gru": { GRU(6, 2, generator: Generator(seed: 1)) },
    "rnn_cell": { RNNCell(6, 2, generator: Generator(seed: 1)) },
    "lstm_cell": { LSTMCell(6, 2, generator: Generator(seed: 1)) },
    "gru_cell": { GRUCell(6, 2, generator: Generator(seed: 1)) },
    "relu": { ReLU() },
    "sigmoid": { Sigmoid() },
    "log_sigmoid": { LogSigmoid() },
    "tanh": { Tanh() },
    "softplus": { Softplus() },
    "softmax": { Softmax() },
    "log_softmax": { LogSoftmax() },
  ]
  private static let texts = [
    "linear": "linear(6, 2)", "batch_norm1d": "batch_norm1d(6)", "rnn": "rnn(6, 2)", "lstm": "lstm(6, 2)",
    "gru": "gru(6, 2)", "rnn_cell": "rnn_cell(6, 2)", "lstm_cell": "lstm_cell(6, 2)",
    "gru_cell": "gru_cell(6, 2)",
  ]

  static var names: [String] {
    (0..<dsc_layer_count()).map { String(cString: dsc_layer_at($0)!.pointee.name) }
  }

  @Test(arguments: names) func face(_ name: String) throws {
    let make = try #require(Self.faces[name], "no face of \(name)")
    let layer = make()
    #expect("\(type(of: layer))" == String(cString: dsc_layer_find(name).pointee.title))
    let network = try #require(makeNetwork(Self.texts[name] ?? name))
    defer { dsc_network_destroy(network) }
    let numbers = (0..<24).map { Float($0 % 7) - 2.5 }
    var (x, y): (OpaquePointer?, OpaquePointer?)
    #expect(dsc_tensor_copy_in(nil, DSC_FLOAT32, 2, [4, 6], numbers, &x) == DSC_OK)
    #expect(dsc_network_forward(network, x, &y) == DSC_OK)
    var expected = [Float](repeating: 0, count: dsc_tensor_count(y))
    #expect(dsc_tensor_copy_out(y, &expected) == DSC_OK)
    #expect(layer(Tensor(numbers, shape: [4, 6])).scalars(as: Float.self) == expected)
    dsc_tensor_release(x)
    dsc_tensor_release(y)
  }

  private func makeNetwork(_ text: String) -> OpaquePointer? {
    var network: OpaquePointer?
    var random = dsc_random()
    dsc_random_seed(&random, 1)
    #expect(dsc_network_create(nil, DSC_FLOAT32, &network) == DSC_OK)
    #expect(dsc_network_parse(network, text, &random) == DSC_OK)
    return network
  }

  @Test func badOptionsStop() async {
    await #expect(processExitsWith: .failure) { _ = Linear(0, 3) }
    await #expect(processExitsWith: .failure) { _ = BatchNorm1d(3, eps: -1) }
    await #expect(processExitsWith: .failure) { _ = Softmax(dim: 9) }
    await #expect(processExitsWith: .failure) { _ = Softmax(dim: 2)(.zeros([2, 2])) }
  }

  @Test func momentumCanBeChanged() {
    let layer = BatchNorm1d(1)
    let x = Tensor([[1], [3]])
    _ = layer(x)
    #expect(abs(layer.runningMean.tensor.item() - 0.2) < 1e-7)
    layer.momentum = nil  // the mean of the batches seen: two
    _ = layer(x)
    #expect(abs(layer.runningMean.tensor.item() - (0.2 + (2 - 0.2) / 2)) < 1e-6)
    layer.momentum = 1
    _ = layer(x)
    #expect(layer.runningMean.tensor.item() == 2 && layer.numBatchesTracked.tensor.item() == 3)
  }
}
