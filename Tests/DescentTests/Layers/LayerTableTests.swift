import CDescent
import Descent
import Testing

/// Every layer of the C core's table has a face, which computes what the table's layer does.
@Suite struct LayerTableTests {
  static let faces: [String: @Sendable () -> Layer] = [
    "linear": { Linear(6, 2, generator: Generator(seed: 1)) },
    "flatten": { Flatten() },
    "batch_norm1d": { BatchNorm1d(6) },
    "relu": { ReLU() },
    "sigmoid": { Sigmoid() },
    "log_sigmoid": { LogSigmoid() },
    "tanh": { Tanh() },
    "softplus": { Softplus() },
    "softmax": { Softmax() },
    "softmin": { Softmin() },
    "log_softmax": { LogSoftmax() },
    "leaky_relu": { LeakyReLU() },
    "prelu": { PReLU() },
    "rrelu": { RReLU() },
    "relu6": { ReLU6() },
    "elu": { ELU() },
    "celu": { CELU() },
    "selu": { SELU() },
    "gelu": { GELU() },
    "silu": { SiLU() },
    "mish": { Mish() },
    "hardsigmoid": { Hardsigmoid() },
    "hardswish": { Hardswish() },
    "hardtanh": { Hardtanh() },
    "tanhshrink": { Tanhshrink() },
    "softsign": { Softsign() },
    "softshrink": { Softshrink() },
    "hardshrink": { Hardshrink() },
    "threshold": { Threshold(0.5, value: 7) },
    "glu": { GLU() },
    "dropout": { Dropout() },
    "dropout1d": { Dropout1d() },
    "dropout2d": { Dropout2d() },
    "dropout3d": { Dropout3d() },
    "alpha_dropout": { AlphaDropout() },
    "feature_alpha_dropout": { FeatureAlphaDropout() },
    "embedding": { Embedding(6, 2, generator: Generator(seed: 1)) },
    "embedding_bag": { EmbeddingBag(6, 2, generator: Generator(seed: 1)) },
  ]
  private static let texts = [
    "linear": "linear(6, 2)", "batch_norm1d": "batch_norm1d(6)", "threshold": "threshold(0.5, 7)",
    "embedding": "embedding(6, 2)", "embedding_bag": "embedding_bag(6, 2)",
  ]
  /// Where they are not [4, 6].
  private static let shapes = ["dropout2d": [2, 3, 2, 2], "dropout3d": [2, 3, 2, 2, 1]]
  /// Those that draw in training.
  private static let random: Set = [
    "rrelu", "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout",
  ]
  /// Those that take indices.
  private static let lookUp: Set = ["embedding", "embedding_bag"]

  static var names: [String] {
    (0..<dsc_layer_count()).map { String(cString: dsc_layer_at($0)!.pointee.name) }
  }

  @Test(arguments: names) func face(_ name: String) throws {
    let make = try #require(Self.faces[name], "no face of \(name)")
    let layer = make()
    #expect("\(type(of: layer))" == String(cString: dsc_layer_find(name).pointee.title))
    let network = try #require(makeNetwork(Self.texts[name] ?? name))
    defer { dsc_network_destroy(network) }
    if Self.random.contains(name) {  // other tests draw at the same time
      layer.eval()
      dsc_network_set_training(network, false)
    }
    let numbers = (0..<24).map { Float($0 % 7) - 2.5 }
    let indices = (0..<24).map { Int64($0 % 6) }
    let shape = Self.shapes[name] ?? [4, 6]
    let looksUp = Self.lookUp.contains(name)
    var (x, y): (OpaquePointer?, OpaquePointer?)
    #expect(
      (looksUp
        ? dsc_tensor_copy_in(nil, DSC_INT64, shape.count, shape, indices, &x)
        : dsc_tensor_copy_in(nil, DSC_FLOAT32, shape.count, shape, numbers, &x)) == DSC_OK)
    #expect(dsc_network_forward(network, x, &y) == DSC_OK)
    var expected = [Float](repeating: 0, count: dsc_tensor_count(y))
    #expect(dsc_tensor_copy_out(y, &expected) == DSC_OK)
    let input = looksUp ? Tensor(indices, shape: Shape(shape)) : Tensor(numbers, shape: Shape(shape))
    #expect(layer(input).scalars(as: Float.self) == expected)
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
