extension Module {
  /// The parameters by name: the tensors themselves, not copies.
  public var stateDict: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: namedParameters.map { ($0.name, $0.parameter.detached()) })
  }

  /// Copies tensors into the parameters of the same names.
  ///
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed, unless names, shapes and types
  ///   all agree. Nothing is changed then.
  public func load(_ state: [String: Tensor]) throws(DescentError) {
    let parameters = namedParameters
    var differences: [String] = []
    for (name, parameter) in parameters {
      guard let tensor = state[name] else {
        differences.append("\(name) is missing")
        continue
      }
      if tensor.shape != parameter.shape {
        differences.append("\(name) has shape \(tensor.shape), the model's \(parameter.shape)")
      } else if tensor.dtype != parameter.dtype {
        differences.append("\(name) is \(tensor.dtype.rawValue), the model's \(parameter.dtype.rawValue)")
      }
    }
    let known = Set(parameters.map(\.name))
    for name in state.keys.sorted() where !known.contains(name) {
      differences.append("\(name) is not in the model")
    }
    guard differences.isEmpty else {
      throw DescentError(
        .mismatch, "the parameters do not fit the model: " + differences.joined(separator: "; "))
    }
    for (name, parameter) in parameters {
      if let tensor = state[name] { parameter.copy(from: tensor) }
    }
  }

  /// The number of parameters' elements.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}
