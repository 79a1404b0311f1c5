extension Module {
  /// The parameters and buffers by name: the tensors themselves, not copies. What is used twice is there by each of its
  /// names, as in PyTorch.
  public var stateDict: [String: Tensor] { state(onlyFirst: false) }

  /// The same with every tensor once, by its first name: what is saved.
  var stateToSave: [String: Tensor] { state(onlyFirst: true) }

  private func state(onlyFirst: Bool) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: namedState(onlyFirst: onlyFirst).map { ($0.name, $0.tensor.detached()) })
  }

  /// Copies tensors into the parameters and buffers of the same names. What is used twice may be there by any of its
  /// names; of several the last counts.
  ///
  /// - Parameter strict: whether names, shapes and types must all agree. Otherwise what fits is copied, and the
  ///   differences are returned.
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed. Nothing is changed then.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws(DescentError) -> StateDifferences {
    let all = namedState(onlyFirst: false)
    let there = Set(all.filter { state[$0.name] != nil }.map { ObjectIdentifier($0.tensor) })
    // What is there by another name is not missing.
    let own = all.filter { state[$0.name] != nil || !there.contains(ObjectIdentifier($0.tensor)) }
    let differences = StateDifferences(of: state, from: own)
    if strict { try differences.check("the parameters do not fit the model") }
    for (name, tensor) in own {
      if let other = state[name], differences.fits(name) { tensor.copy(from: other) }
    }
    return differences
  }
}
