import CDescent

/// An option that may be left out, where the table has a number for that: nil becomes it.
///
/// - Precondition: what is given is not that number.
func option(_ name: String, _ given: Double?, blank: Double) -> Double {
  demand(
    given != blank, "\(name) is \(blank.short), which is how the table says that there is none: leave it out")
  return given ?? blank
}

/// The same for each dimension.
func option(_ name: String, _ given: Extents?, blank: Int) -> Extents {
  given?.values.forEach { _ = option(name, Double($0), blank: Double(blank)) }
  return given ?? Extents(blank)
}

/// A layer of the C core's table: its parameters and buffers, with PyTorch's names and initial numbers, and its function.
///
/// The layers of this library are its subclasses. What a layer computes, takes and gives stands in the table.
public class Layer: Module {
  private let handle: OpaquePointer
  /// The table's row.
  let info: dsc_layer_info
  private var options: [String: Double]
  private var tensors: [(name: String, member: Member)]
  /// What is computed, and how.
  private var parametrizations: [(parameter: String, name: String)] = []
  /// The parameters that the layer was made with, in the table's order.
  let own: [Parameter]
  /// The buffers, likewise.
  let buffers: [Buffer]

  /// A layer by its name in the table, its parameters drawn from the generator.
  ///
  /// - Precondition: the options are in their ranges.
  init(
    _ name: String, _ options: [String: Double] = [:], dtype: DType = .float32,
    generator: Generator = .default
  ) {
    var made: OpaquePointer?
    require(
      generator.withState { random in
        withOptions(options) {
          dsc_layer_create(Context.currentHandle, dtype.c, name, $0, $1, &random, &made)
        }
      })
    guard let made else { stop(Refusals.lastSentence) }
    handle = made
    self.options = options
    info = dsc_layer_find(name).pointee
    tensors = Self.list(made)
    own = tensors.compactMap { if case .parameter(let parameter) = $0.member { parameter } else { nil } }
    buffers = tensors.compactMap {
      if case .buffer(let tensor) = $0.member { Buffer(sharing: tensor) } else { nil }
    }
  }

  deinit { dsc_layer_destroy(handle) }

  /// - Parameter known: objects of tensors that the list had before, which stay.
  private static func list(
    _ layer: OpaquePointer, known: [(name: String, member: Member)] = []
  ) -> [(name: String, member: Member)] {
    let members: [OpaquePointer: Member] = Dictionary(
      known.compactMap { entry in
        switch entry.member {
        case .parameter(let parameter): (parameter.handle, entry.member)
        case .buffer(let tensor): (tensor.handle, entry.member)
        case .module: nil
        }
      }, uniquingKeysWith: { first, _ in first })
    return (0..<dsc_layer_tensor_count(layer)).map { index in
      var entry = dsc_layer_tensor()
      require(dsc_layer_tensor_at(layer, index, &entry))
      let member: Member =
        members[entry.tensor]
        ?? (entry.is_parameter
          ? .parameter(Parameter(retaining: entry.tensor)) : .buffer(Tensor(retaining: entry.tensor)))
      return (String(cString: entry.name), member)
    }
  }

  /// Changes an option.
  ///
  /// - Precondition: it is in its range.
  func set(_ option: String, _ value: Double) {
    require(dsc_layer_set_option(handle, option, value))
    options[option] = value
  }

  /// Has a parameter computed from others at each call.
  func parametrize(
    _ parameter: String, _ name: String, _ options: [String: Double], _ generator: Generator? = nil
  ) {
    require(
      withOptions(options) { count, list in
        guard let generator else {
          return dsc_layer_parametrize(handle, parameter, name, count, list, nil)
        }
        return generator.withState { dsc_layer_parametrize(handle, parameter, name, count, list, &$0) }
      })
    parametrizations.append((parameter, name))
    tensors = Self.list(handle, known: tensors)
  }

  /// A parameter by its name, as the layer's output depends on it: one that is computed, as by `weightNorm`, is so in
  /// evaluation.
  ///
  /// - Precondition: the layer has one of this name.
  public func parameter(_ name: String) -> Tensor { Tensor.make { dsc_layer_parameter(handle, name, $0) } }

  public override var members: [(name: String, member: Member)] { tensors }

  /// The layer's output, in training or in evaluation.
  public override func forward(_ x: Tensor) -> Tensor { forward(x, followedBy: DSC_ACTIVATION_NONE) }

  /// The output behind an activation, which the layer applies in its own pass.
  func forward(_ x: Tensor, followedBy activation: dsc_activation) -> Tensor {
    Tensor.make { dsc_layer_forward(handle, isTraining, activation, x.handle, $0) }
  }

  /// The first so many outputs for several inputs, as the table names them; nil for inputs that may be missing, and for outputs
  /// that the layer does not make.
  ///
  /// - Parameter options: values for this call alone; nil: the layer's.
  func call(_ inputs: [Tensor?], outputs: Int, options: [String: Double?] = [:]) -> [Tensor?] {
    var made = [OpaquePointer?](repeating: nil, count: outputs)
    let handles = inputs.map { $0?.handle }
    let status = withExtendedLifetime(inputs) {
      withOptions(options.compactMapValues { $0 }) {
        dsc_layer_call(handle, isTraining, $0, $1, handles.count, handles, outputs, &made)
      }
    }
    require(status)
    // After a refusal that is kept, what a program counts on must still be there.
    var results = made.map { status < 0 || $0 != nil ? Tensor(owning: $0) : nil }
    if isObserved, let input = inputs[0], let first = results[0] { results[0] = show(first, of: input) }
    return results
  }

  override var summaryOfOptions: String {
    let values = (0..<info.option_count).compactMap { index -> String? in
      let option = info.options[index]
      let name = String(cString: option.name)
      guard let value = options[name], value != option.initial else { return nil }
      if option.kind == DSC_OPTION_FLAG { return "\(name): \(value != 0)" }
      return "\(name): \(Int(exactly: value).map(String.init) ?? String(value))"
    }
    return (values + parametrizations.map { "\($0.name): \($0.parameter)" }).joined(separator: ", ")
  }
}
