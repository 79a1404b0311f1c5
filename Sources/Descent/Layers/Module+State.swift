extension Module {
  /// The parameters and buffers by name: the tensors themselves, not copies.
  public var stateDict: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: namedState.map { ($0.name, $0.tensor.detached()) })
  }

  /// Copies tensors into the parameters and buffers of the same names.
  ///
  /// - Parameter strict: whether names, shapes and types must all agree. Otherwise what fits is copied, and the
  ///   differences are returned.
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed. Nothing is changed then.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws(DescentError) -> StateDifferences {
    let own = namedState
    let differences = StateDifferences(of: state, from: own)
    if strict { try differences.check("the parameters do not fit the model") }
    for (name, tensor) in own {
      if let other = state[name], differences.fits(name) { tensor.copy(from: other) }
    }
    return differences
  }

  private var namedState: [(name: String, tensor: Tensor)] {
    namedParameters.map { ($0.name, $0.parameter) } + namedBuffers.map { ($0.name, $0.buffer) }
  }
}
