import CDescent
import Testing

/// A case of `layers.json`: a layer with its options, what PyTorch draws for it, and what it computes.
struct LayerCase: Decodable, Sendable {
  var layer: String
  var options: [String: Double]
  /// Parameters that are computed.
  var parametrized: [Parametrized]?
  var dtype: String
  var seed: UInt64
  /// Those that are missing are null.
  var inputs: [OperationCase.Input?]
  /// Of many numbers the first and the last 32.
  var initial: [String: [FixtureNumber]]
  var outputs: [OperationCase.Output]
  /// Here and below, of 200 numbers and more about a hundred: see `sample`.
  ///
  /// By each real input, and by each parameter, of outputs times `exactNumbers(step: 9 + output)`.
  var gradients: [[FixtureNumber]]?
  var parameters: [String: [FixtureNumber]]?
  /// What training leaves.
  var buffers: [String: [FixtureNumber]]?
  var evaluated: Evaluated?
  /// Whether rounding is that of the largest number.
  var scaled: Bool?
  /// "first" or "second": the derivatives from which on differences do not tell them.
  var rough: String?

  /// `name` of the table of parametrizations.
  struct Parametrized: Decodable, Sendable {
    var name, parameter: String
    var options: [String: Double]
  }

  /// In evaluation: "same" as in training, or these.
  enum Evaluated: Decodable, Sendable {
    case same
    case outputs([OperationCase.Output])

    init(from decoder: Decoder) throws {
      self =
        (try? .outputs(decoder.singleValueContainer().decode([OperationCase.Output].self))) ?? .same
    }
  }

  /// What the fixture says about these numbers.
  static func sample(_ numbers: [Double]) -> [Double] {
    guard numbers.count >= 200 else { return numbers }
    return stride(from: 0, to: numbers.count, by: numbers.count / 97).map { numbers[$0] }
  }

  private struct File: Decodable { var cases: [LayerCase] }

  static let all = Dictionary(grouping: loadFixture("layers.json", as: File.self).cases, by: \.layer)
  static let names = all.keys.sorted()

  var title: String {
    let computed = (parametrized ?? []).map { "\($0.name) \($0.parameter) \($0.options) " }.joined()
    return "\(layer) \(options) \(computed)\(dtype) \(inputs.map { $0?.shape ?? [] })"
  }
  func type(_ own: String?) -> dsc_dtype { OperationCase.dtypes[own ?? dtype]! }

  /// The inputs in a layout; those that are real require gradients.
  func make(_ layout: OperationCase.Layout, context: OpaquePointer? = nil, requiresGrad: Bool = true) throws
    -> [(leaf: TensorHandle, view: TensorHandle)?]
  {
    try inputs.map { input in
      guard let input else { return nil }
      let dtype = type(input.dtype)
      let isReal = dtype == DSC_FLOAT32 || dtype == DSC_FLOAT64
      return try input.make(layout, dtype, context, requiresGrad && isReal && input.fixed != true)
    }
  }
}

/// A layer of the C engine, with what tests look at.
final class TestLayer: @unchecked Sendable {
  let handle: OpaquePointer

  init(_ test: LayerCase, context: OpaquePointer? = nil) throws {
    var made: OpaquePointer?
    var random = dsc_random()
    dsc_random_seed(&random, test.seed)
    let status = withOptionList(test.options) {
      dsc_layer_create(context, test.type(nil), test.layer, $0.count, $0.baseAddress, &random, &made)
    }
    try #require(status == DSC_OK, "\(test.title): \(TensorHandle.lastError)")
    handle = made!
    for computed in test.parametrized ?? [] {
      let status = withOptionList(computed.options) {
        dsc_layer_parametrize(
          handle, computed.parameter, computed.name, $0.count, $0.baseAddress, &random)
      }
      try #require(status == DSC_OK, "\(test.title): \(TensorHandle.lastError)")
    }
  }

  deinit { dsc_layer_destroy(handle) }

  /// Parameters and buffers, in order.
  var tensors: [(name: String, tensor: TensorHandle, isParameter: Bool)] {
    withExtendedLifetime(self) {
      (0..<dsc_layer_tensor_count(handle)).map { index in
        var entry = dsc_layer_tensor()
        #expect(dsc_layer_tensor_at(handle, index, &entry) == DSC_OK)
        let tensor = TensorHandle(owning: dsc_tensor_retain(entry.tensor))
        return (String(cString: entry.name), tensor, entry.is_parameter)
      }
    }
  }

  /// Parameters by rule in place of what was drawn: the fixture's.
  func setParameters() {
    for (k, entry) in tensors.filter(\.isParameter).enumerated() {
      let numbers = exactNumbers(entry.tensor.count, step: 20 + k).map { $0 / 4 }
      let given = TensorHandle(numbers, entry.tensor.shape, entry.tensor.dtype)
      #expect(withExtendedLifetime(given) { dsc_tensor_assign(entry.tensor.handle, given.handle) } == DSC_OK)
    }
  }

  func callAsFunction(_ inputs: [TensorHandle?], outputs: Int, isTraining: Bool) throws -> [TensorHandle] {
    var made = [OpaquePointer?](repeating: nil, count: outputs)
    let status = withExtendedLifetime((self, inputs)) {
      dsc_layer_call(handle, isTraining, 0, nil, inputs.count, inputs.map { $0?.handle }, outputs, &made)
    }
    try #require(status == DSC_OK, "\(TensorHandle.lastError)")
    return made.compactMap { $0.map(TensorHandle.init(owning:)) }
  }
}
