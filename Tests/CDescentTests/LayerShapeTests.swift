import CDescent
import Testing

/// A layer's shape function and its forward pass refuse the same inputs and options, and agree in what they give.
@Suite struct LayerShapeTests {
  typealias T = TensorHandle

  /// What options are set to, one after the other, where that can be made.
  static let values: [Double] = [-9, -3, -1, -0.5, 0, 0.5, 1, 2, 3, 7]

  /// The input's shape, and others.
  static func shapes(_ shape: [Int]) -> [[Int]] {
    var list = [shape, Array(shape.dropFirst()), [1] + shape, [2] + shape, [], [3], [0], [2, 3, 4, 5, 2]]
    for d in shape.indices {
      for extent in [0, 1, shape[d] + 1, shape[d] * 2] {
        var other = shape
        other[d] = extent
        list.append(other)
      }
    }
    return list.filter { $0.count <= Int(DSC_MAX_RANK) }
  }

  /// A network of the layer in evaluation; nil where it cannot be made.
  private func network(_ layer: String, _ options: [String: Double]) -> OpaquePointer? {
    var made: OpaquePointer?
    guard dsc_network_create(nil, DSC_FLOAT32, &made) == DSC_OK, let network = made else { return nil }
    var random = dsc_random()
    dsc_random_seed(&random, 1)
    dsc_network_set_training(network, false)
    let status = withOptionList(options) {
      dsc_network_add(network, nil, layer, $0.count, $0.baseAddress, &random)
    }
    if status == DSC_OK { return network }
    dsc_network_destroy(network)
    return nil
  }

  /// The output's shape by both; nil where it is refused.
  private func both(_ network: OpaquePointer, _ shape: [Int], _ dtype: dsc_dtype) -> (
    told: [Int]?, made: [Int]?
  )? {
    var layer = dsc_network_layer()
    let status = dsc_network_layer_at(network, 0, shape.count, shape, &layer)
    let told: [Int]? =
      status == DSC_OK
      ? withUnsafeBytes(of: layer.shape) { Array($0.bindMemory(to: Int.self).prefix(layer.rank)) } : nil
    if let told, told.reduce(1.0, { $0 * Double($1) }) > 1e6 { return nil }
    let number = dtype == DSC_INT64 ? 0 : 0.5
    let x = T([Double](repeating: number, count: shape.reduce(1, *)), shape, dtype)
    var y: OpaquePointer?
    let isMade = withExtendedLifetime(x) { dsc_network_forward(network, x.handle, &y) } == DSC_OK
    return (told, isMade ? T(owning: y!).shape : nil)
  }

  @Test(arguments: LayerCase.names) func agree(_ name: String) throws {
    var seen = Set<String>()
    let info = try #require(dsc_layer_find(name)).pointee
    let known = (0..<info.option_count).map { String(cString: info.options[$0].name) }
    for test in LayerCase.all[name]! where test.parametrized == nil {
      guard let input = test.inputs[0], seen.insert("\(test.options) \(input.shape)").inserted else {
        continue
      }
      let variants = known.flatMap { option in
        Self.values.map { test.options.merging([option: $0]) { $1 } }
      }
      for options in [test.options] + variants {
        guard let network = network(name, options) else { continue }
        defer { dsc_network_destroy(network) }
        for shape in options == test.options
          ? Self.shapes(input.shape) : [input.shape, [2] + input.shape.dropFirst()]
        {
          guard let (told, made) = both(network, shape, test.type(input.dtype ?? "float32")) else { continue }
          #expect(told == made, "\(name) \(options) of \(shape): \(T.lastError)")
        }
      }
    }
  }
}
