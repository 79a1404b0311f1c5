import CDescent

/// Layers one after another, from a text:
///
///     let model = try Network(
///       "conv2d(6, 5, padding=2) sigmoid avg_pool2d(2) flatten linear(10)", inputs: [1, 1, 28, 28])
///
/// Each layer is a name of `LayerTable`, with options in brackets, in the table's order or by name. Its parameters have the
/// numbers and the names ("0.weight") of the same layers in a `torch.nn.Sequential`, and are trained, saved and loaded as
/// those of every module.
public final class Network: Module {
  private let handle: OpaquePointer
  private let tensors: [(name: String, member: Member)]

  /// - Parameters:
  ///   - text: the layers.
  ///   - inputs: the shape of an input, with the batch: where it is given, a layer's first option may be left out if it is
  ///     the input's extent, as in "linear(10)", and shapes that do not fit are refused.
  ///   - dtype: of all parameters.
  ///   - generator: what they are drawn from.
  /// - Throws: `DescentError` for a text that is none, unknown layers and options, values out of range, and shapes that do
  ///   not fit.
  public init(
    _ text: String, inputs: Shape? = nil, dtype: DType = .float32, generator: Generator = .default
  ) throws(DescentError) {
    var made: OpaquePointer?
    try check(dsc_network_create(Context.currentHandle, dtype.c, &made))
    let network = made.unsafelyUnwrapped
    let status = generator.withState { random in
      inputs.map { $0.withExtents { dsc_network_parse_for(network, text, $0, $1, &random) } }
        ?? dsc_network_parse(network, text, &random)
    }
    do {
      try check(status)
    } catch {
      dsc_network_destroy(network)
      throw error
    }
    handle = network
    tensors = Self.list(network)
  }

  deinit { dsc_network_destroy(handle) }

  private static func list(_ network: OpaquePointer) -> [(name: String, member: Member)] {
    (0..<dsc_network_entry_count(network)).map { index in
      var entry = dsc_network_entry()
      require(dsc_network_entry_at(network, index, &entry))
      let member: Member =
        entry.is_parameter
        ? .parameter(Parameter(retaining: entry.tensor)) : .buffer(Tensor(retaining: entry.tensor))
      return (String(cString: entry.name), member)
    }
  }

  public override var members: [(name: String, member: Member)] { tensors }

  public override func forward(_ x: Tensor) -> Tensor {
    Tensor.make { dsc_network_forward(handle, x.handle, $0) }
  }

  override func modeChanged() { dsc_network_set_training(handle, isTraining) }

  /// The layers in C, as long as the network lives.
  var layerHandles: [OpaquePointer?] {
    (0..<dsc_network_layer_count(handle)).map { dsc_network_get_layer(handle, $0) }
  }

  /// What an input of a shape becomes layer by layer.
  ///
  /// - Parameter inputShape: with the batch.
  /// - Throws: `DescentError` for a shape that a layer does not take.
  public func layers(for inputShape: Shape) throws(DescentError) -> [NetworkLayer] {
    var list: [NetworkLayer] = []
    for index in 0..<dsc_network_layer_count(handle) {
      var layer = dsc_network_layer()
      try check(inputShape.withExtents { dsc_network_layer_at(handle, index, $0, $1, &layer) })
      list.append(NetworkLayer(layer))
    }
    return list
  }
}

/// A layer of a `Network`, with what it makes of an input.
public struct NetworkLayer: Sendable {
  /// Its name in the network: its number.
  public let name: String
  /// PyTorch's class: "Conv2d".
  public let kind: String
  /// The shape of its output.
  public let outputShape: Shape
  /// Numbers to train.
  public let parameterCount: Int
  /// Additions and multiplications of its products, forward.
  public let flops: Double

  fileprivate init(_ layer: dsc_network_layer) {
    name = String(cString: layer.name)
    kind = String(cString: layer.info.pointee.title)
    outputShape = withUnsafePointer(to: layer.shape) {
      $0.withMemoryRebound(to: Int.self, capacity: Int(DSC_MAX_RANK)) {
        Shape(rank: layer.rank, extents: $0)
      }
    }
    parameterCount = layer.parameters
    flops = layer.flops
  }
}
