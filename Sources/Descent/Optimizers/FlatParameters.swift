import CDescent

/// An optimizer's parameters, side by side in one buffer, with their gradients in a second of the same layout.
final class FlatParameters {
  private(set) var parameters: [Parameter]
  let handle: OpaquePointer

  /// Moves the parameters into buffers, unless they stand in such already.
  init(_ parameters: [(name: String, parameter: Parameter)]) throws(DescentError) {
    self.parameters = parameters.map(\.parameter)
    var made: OpaquePointer?
    handle = try Self.naming(parameters) { count, leaves in
      dsc_parameters_create(count > 0 ? dsc_tensor_context(leaves.pointee) : nil, count, leaves, &made)
    } result: {
      made.unsafelyUnwrapped
    }
  }

  deinit { dsc_parameters_destroy(handle) }

  /// Moves all into larger buffers.
  func add(_ more: [(name: String, parameter: Parameter)]) throws(DescentError) {
    try Self.naming(more) {
      dsc_parameters_add(handle, $0, $1)
    } result: {
    }
    parameters += more.map(\.parameter)
  }

  private static func naming<Result>(
    _ parameters: [(name: String, parameter: Parameter)],
    _ body: (Int, UnsafePointer<OpaquePointer?>) -> dsc_status, result: () -> Result
  ) throws(DescentError) -> Result {
    let dtype = parameters.first?.parameter.dtype
    for (name, parameter) in parameters where parameter.dtype != dtype {
      throw DescentError(
        .invalidArgument,
        "an optimizer's parameters must be of one type; \(parameters[0].name) is \(dtype?.rawValue ?? ""), \(name) \(parameter.dtype.rawValue)"
      )
    }
    for (name, parameter) in parameters where dsc_parameters_have(parameter.handle) {
      throw DescentError(
        .invalidArgument,
        "another optimizer updates \(name): give that one a group for each rule, or release it before this one is made"
      )
    }
    guard parameters.isEmpty || parameters.contains(where: { $0.parameter.requiresGrad }) else {
      throw DescentError(
        .invalidArgument, "none of the optimizer's parameters requires gradients: they are a frozen model's")
    }
    try check(
      withExtendedLifetime(parameters) {
        body(parameters.count, parameters.map { Optional($0.parameter.handle) })
      })
    return result()
  }

  /// What C is to work on, with the flags of the parameters that have gradients now.
  var step: dsc_step {
    var step = dsc_step()
    require(dsc_parameters_prepare(handle, &step))
    return step
  }

  /// Says that the parameters' numbers have changed.
  func noteChange() { dsc_parameters_note_change(handle) }

  /// The elements of all parameters.
  var count: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Room for a copy of all parameters.
  func makeRoom() -> Tensor { Tensor(uninitialized: [count], dtype: parameters.first?.dtype ?? .float32) }

  /// Sets all parameters.
  func copyValues(from copy: Tensor) {
    step.parameters?.copyMemory(from: copy.data, byteCount: copy.count * copy.dtype.size)
    noteChange()
  }
}
