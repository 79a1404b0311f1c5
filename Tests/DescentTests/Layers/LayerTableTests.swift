import CDescent
import Descent
import Testing

/// Every layer of the C core's table has a face, which computes what the table's layer does.
@Suite struct LayerTableTests {
  /// A switch: a dictionary of so many closures takes the compiler too long.
  static func makeFace(_ name: String) -> Layer? {
    let generator = Generator(seed: 1)
    switch name {
    case "linear": return Linear(6, 2, generator: generator)
    case "bilinear": return Bilinear(6, 6, 2, generator: generator)
    case "conv1d": return Conv1d(4, 2, kernelSize: 3, padding: .same, generator: generator)
    case "conv2d": return Conv2d(2, 4, kernelSize: [1, 3], padding: [0, 1], groups: 2, generator: generator)
    case "conv3d":
      return Conv3d(1, 2, kernelSize: 2, padding: 1, paddingMode: .replicate, generator: generator)
    case "conv_transpose1d": return ConvTranspose1d(4, 2, kernelSize: 3, stride: 2, generator: generator)
    case "conv_transpose2d":
      return ConvTranspose2d(2, 4, kernelSize: 3, outputPadding: 1, dilation: 2, generator: generator)
    case "max_pool1d": return MaxPool1d(3, stride: 2, padding: 1)
    case "max_pool2d": return MaxPool2d([2, 1], ceilMode: true)
    case "avg_pool1d": return AvgPool1d(2, countIncludePad: false)
    case "avg_pool2d": return AvgPool2d(2, padding: [1, 0], divisorOverride: 3)
    case "adaptive_avg_pool1d": return AdaptiveAvgPool1d(4)
    case "adaptive_avg_pool2d": return AdaptiveAvgPool2d(1)
    case "adaptive_max_pool1d": return AdaptiveMaxPool1d(4)
    case "adaptive_max_pool2d": return AdaptiveMaxPool2d(nil, 1)
    case "upsample": return Upsample(scaleFactor: 1.5, mode: .bilinear, alignCorners: true)
    case "pixel_shuffle": return PixelShuffle(2)
    case "zero_pad1d": return ZeroPad1d([1, 2])
    case "zero_pad2d": return ZeroPad2d(1)
    case "reflection_pad1d": return ReflectionPad1d(2)
    case "reflection_pad2d": return ReflectionPad2d([1, 0, 0, 1])
    case "replication_pad1d": return ReplicationPad1d(2)
    case "replication_pad2d": return ReplicationPad2d(1)
    case "circular_pad1d": return CircularPad1d([0, 3])
    case "circular_pad2d": return CircularPad2d(1)
    case "flatten": return Flatten()
    case "unflatten": return Unflatten(1, [2, -1])
    case "identity": return Identity()
    case "batch_norm1d": return BatchNorm1d(6)
    case "batch_norm2d": return BatchNorm2d(6)
    case "layer_norm": return LayerNorm([4, 6])
    case "rms_norm": return RMSNorm(6)
    case "group_norm": return GroupNorm(2, 6)
    case "instance_norm1d": return InstanceNorm1d(4)
    case "instance_norm2d": return InstanceNorm2d(6, affine: true)
    case "relu": return ReLU()
    case "leaky_relu": return LeakyReLU()
    case "prelu": return PReLU()
    case "rrelu": return RReLU()
    case "relu6": return ReLU6()
    case "elu": return ELU()
    case "celu": return CELU()
    case "selu": return SELU()
    case "gelu": return GELU()
    case "silu": return SiLU()
    case "mish": return Mish()
    case "sigmoid": return Sigmoid()
    case "log_sigmoid": return LogSigmoid()
    case "hardsigmoid": return Hardsigmoid()
    case "hardswish": return Hardswish()
    case "tanh": return Tanh()
    case "hardtanh": return Hardtanh()
    case "tanhshrink": return Tanhshrink()
    case "softplus": return Softplus()
    case "softsign": return Softsign()
    case "softshrink": return Softshrink()
    case "hardshrink": return Hardshrink()
    case "threshold": return Threshold(0.5, value: 7)
    case "softmax": return Softmax()
    case "softmin": return Softmin()
    case "log_softmax": return LogSoftmax()
    case "glu": return GLU()
    case "dropout": return Dropout()
    case "dropout1d": return Dropout1d()
    case "dropout2d": return Dropout2d()
    case "dropout3d": return Dropout3d()
    case "alpha_dropout": return AlphaDropout()
    case "feature_alpha_dropout": return FeatureAlphaDropout()
    case "embedding": return Embedding(6, 2, generator: generator)
    case "embedding_bag": return EmbeddingBag(6, 2, generator: generator)
    case "rnn": return RNN(6, 2, generator: generator)
    case "lstm": return LSTM(6, 2, generator: generator)
    case "gru": return GRU(6, 2, generator: generator)
    case "rnn_cell": return RNNCell(6, 2, generator: generator)
    case "lstm_cell": return LSTMCell(6, 2, generator: generator)
    case "gru_cell": return GRUCell(6, 2, generator: generator)
    case "multihead_attention": return MultiheadAttention(6, 2, generator: generator)
    case "transformer_encoder_layer": return TransformerEncoderLayer(6, 2, dropout: 0, generator: generator)
    case "transformer_decoder_layer": return TransformerDecoderLayer(6, 2, generator: generator)
    case "transformer_encoder": return TransformerEncoder(6, 2, layers: 2, dropout: 0, generator: generator)
    case "transformer_decoder": return TransformerDecoder(6, 2, layers: 2, generator: generator)
    case "positional_encoding": return PositionalEncoding(6, dropout: 0)
    default: return nil
    }
  }

  /// Where it is not the name alone.
  private static let texts: [String: String] = [
    "linear": "linear(6, 2)",
    "bilinear": "bilinear(6, 6, 2)",
    "conv1d": "conv1d(4, 2, 3, padding=same)",
    "conv2d": "conv2d(2, 4, (1, 3), padding=(0, 1), groups=2)",
    "conv3d": "conv3d(1, 2, 2, padding=1, padding_mode=replicate)",
    "conv_transpose1d": "conv_transpose1d(4, 2, 3, 2)",
    "conv_transpose2d": "conv_transpose2d(2, 4, 3, output_padding=1, dilation=2)",
    "max_pool1d": "max_pool1d(3, 2, 1)",
    "max_pool2d": "max_pool2d((2, 1), ceil_mode=true)",
    "avg_pool1d": "avg_pool1d(2, count_include_pad=false)",
    "avg_pool2d": "avg_pool2d(2, padding=(1, 0), divisor_override=3)",
    "adaptive_avg_pool1d": "adaptive_avg_pool1d(4)",
    "adaptive_avg_pool2d": "adaptive_avg_pool2d(1)",
    "adaptive_max_pool1d": "adaptive_max_pool1d(4)",
    "adaptive_max_pool2d": "adaptive_max_pool2d((none, 1))",
    "upsample": "upsample(scale_factor=1.5, mode=bilinear, align_corners=true)",
    "pixel_shuffle": "pixel_shuffle(2)",
    "zero_pad1d": "zero_pad1d((1, 2))",
    "zero_pad2d": "zero_pad2d(1)",
    "reflection_pad1d": "reflection_pad1d(2)",
    "reflection_pad2d": "reflection_pad2d((1, 0, 0, 1))",
    "replication_pad1d": "replication_pad1d(2)",
    "replication_pad2d": "replication_pad2d(1)",
    "circular_pad1d": "circular_pad1d((0, 3))",
    "circular_pad2d": "circular_pad2d(1)",
    "unflatten": "unflatten(1, (2, -1))",
    "batch_norm1d": "batch_norm1d(6)",
    "batch_norm2d": "batch_norm2d(6)",
    "layer_norm": "layer_norm((4, 6))",
    "rms_norm": "rms_norm(6)",
    "group_norm": "group_norm(2, 6)",
    "instance_norm1d": "instance_norm1d(4)",
    "instance_norm2d": "instance_norm2d(6, affine=true)",
    "threshold": "threshold(0.5, 7)",
    "embedding": "embedding(6, 2)",
    "embedding_bag": "embedding_bag(6, 2)",
    "rnn": "rnn(6, 2)",
    "lstm": "lstm(6, 2)",
    "gru": "gru(6, 2)",
    "rnn_cell": "rnn_cell(6, 2)",
    "lstm_cell": "lstm_cell(6, 2)",
    "gru_cell": "gru_cell(6, 2)",
    "multihead_attention": "multihead_attention(6, 2)",
    "transformer_encoder_layer": "transformer_encoder_layer(6, 2, dropout=0)",
    "transformer_encoder": "transformer_encoder(6, 2, 2, dropout=0)",
    "positional_encoding": "positional_encoding(6, dropout=0)",
  ]

  /// Of inputs that are not [4, 6], with as many numbers.
  private static let shapes: [String: [Int]] = [
    "conv2d": [1, 2, 3, 4],
    "conv3d": [1, 2, 3, 4],
    "conv_transpose2d": [2, 3, 4],
    "max_pool2d": [1, 4, 2, 3],
    "avg_pool2d": [1, 4, 2, 3],
    "adaptive_avg_pool2d": [1, 2, 3, 4],
    "adaptive_max_pool2d": [1, 2, 3, 4],
    "upsample": [1, 2, 3, 4],
    "pixel_shuffle": [1, 4, 2, 3],
    "reflection_pad2d": [1, 2, 3, 4],
    "replication_pad2d": [1, 2, 3, 4],
    "circular_pad2d": [1, 2, 3, 4],
    "batch_norm2d": [1, 6, 2, 2],
    "instance_norm2d": [1, 6, 2, 2],
    "dropout2d": [2, 3, 2, 2],
    "dropout3d": [2, 3, 2, 2, 1],
  ]

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
    let layer = try #require(Self.makeFace(name), "no face of \(name)")
    #expect("\(type(of: layer))" == String(cString: dsc_layer_find(name).pointee.title))
    if dsc_layer_find(name).pointee.required_count > 1 { return }  // no layer of a network
    let network = try #require(makeNetwork(Self.texts[name] ?? name))
    defer { dsc_network_destroy(network) }
    if Self.random.contains(name) {  // other tests draw at the same time
      layer.eval()
      dsc_network_set_training(network, false)
    }
    let shape = Self.shapes[name] ?? [4, 6]
    let numbers = (0..<24).map { Float($0 % 7) - 2.5 }
    let indices = (0..<24).map { Int64($0 % 6) }
    let looksUp = Self.lookUp.contains(name)
    var (x, y): (OpaquePointer?, OpaquePointer?)
    #expect(
      (looksUp
        ? dsc_tensor_copy_in(nil, DSC_INT64, shape.count, shape, indices, &x)
        : dsc_tensor_copy_in(nil, DSC_FLOAT32, shape.count, shape, numbers, &x)) == DSC_OK)
    try #require(dsc_network_forward(network, x, &y) == DSC_OK)
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
    await #expect(processExitsWith: .failure) { _ = MaxPool2d([2, 2, 2]) }
    await #expect(processExitsWith: .failure) { _ = LayerNorm([]) }
    await #expect(processExitsWith: .failure) { _ = Softmax(dim: 2)(.zeros([2, 2])) }
  }

  @Test func indicesOfTheLargest() {
    let pool = MaxPool2d(2)
    let found = pool.withIndices(Tensor([1, 5, 2, 0, 3, 3, 9, 4] as [Float], shape: [1, 2, 4]))
    #expect(found.values.scalars(as: Float.self) == [5, 9])
    #expect(found.indices.scalars(as: Int64.self) == [1, 6])
  }

  /// Both update what evaluation goes by.
  @Test func updatesEveryBatchNorm() throws {
    let model = Sequential {
      BatchNorm2d(1); Flatten(); BatchNorm1d(2)
    }
    let data = TensorDataset(
      inputs: Tensor([1, 3, 5, 7] as [Float], shape: [2, 1, 1, 2]), targets: Tensor(classes: [0, 1]))
    try updateBatchNorm(model, DataLoader(data, batchSize: 2))
    let layers = model.modules.compactMap { $0 as? BatchNorm }
    #expect(layers.count == 2 && layers.allSatisfy { $0.numBatchesTracked!.tensor.item() == 1 })
    #expect(layers[0].runningMean!.tensor.item() == 4)
  }

  @Test func momentumCanBeChanged() {
    let layer = BatchNorm1d(1)
    let x = Tensor([[1], [3]])
    _ = layer(x)
    #expect(abs(layer.runningMean!.tensor.item() - 0.2) < 1e-7)
    layer.momentum = nil  // the mean of the batches seen: two
    _ = layer(x)
    #expect(abs(layer.runningMean!.tensor.item() - (0.2 + (2 - 0.2) / 2)) < 1e-6)
    layer.momentum = 1
    _ = layer(x)
    #expect(layer.runningMean!.tensor.item() == 2 && layer.numBatchesTracked!.tensor.item() == 3)
  }
}
