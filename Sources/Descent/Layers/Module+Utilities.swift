import CDescent

extension Module {
  /// Sets whether parameters are trained: without gradients an optimizer leaves them alone.
  ///
  ///     model.setRequiresGrad(false) { $0.hasPrefix("features.") }
  ///
  /// - Parameter isChosen: asked for each full name, as in `namedParameters`; nil: all.
  public func setRequiresGrad(_ requiresGrad: Bool, where isChosen: ((String) -> Bool)? = nil) {
    for (name, parameter) in namedParameters where isChosen?(name) ?? true {
      parameter.requiresGrad = requiresGrad
    }
  }

  /// The output for an input, and those of some parts on the way.
  ///
  ///     let (logits, features) = model.outputs(of: ["features.3"], for: images)
  ///
  /// One thread at a time: who looks is written to the parts, so that no other thread may call the module meanwhile.
  ///
  /// - Parameter names: full names of parts, as in `namedModules`. A part that is called several times shows its last
  ///   output; one that is not called is missing. Of several outputs it is the first.
  public func outputs(
    of names: Set<String>, for x: Tensor
  ) -> (output: Tensor, parts: [String: Tensor]) {
    let known = Dictionary(
      namedModules.map { (ObjectIdentifier($0.module), $0.name) }, uniquingKeysWith: { first, _ in first })
    demand(names.isSubset(of: known.values), "there is no part \(names.subtracting(known.values).sorted())")
    var parts: [String: Tensor] = [:]
    let output = observed(by: { module, output in
      if let name = known[ObjectIdentifier(module)], names.contains(name) { parts[name] = output }
    }) { self(x) }
    return (output, parts)
  }

  /// Copies the parameters and buffers of a module with the same ones: with a module made the same way, a deep copy. A class
  /// of one's own can only be made by its own initializer.
  ///
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed. Nothing is changed then.
  public func load(from other: Module) throws(DescentError) { try load(other.stateDict) }

  /// Converts the parameters and buffers of a real type in place, as `torch.nn.Module.to`. Gradients are forgotten.
  ///
  /// - Precondition: no optimizer has the parameters: it is made after this.
  public func convert(to dtype: DType) {
    for (name, parameter) in namedParameters {
      demand(
        !dsc_parameters_have(parameter.handle), "\(name) belongs to an optimizer: convert before it is made")
    }
    for (_, tensor) in namedState(onlyFirst: true) where tensor.dtype.isFloatingPoint && tensor.dtype != dtype
    {
      tensor.become(tensor.detached().to(dtype))
    }
  }
}

extension Tensor {
  /// Takes over what another tensor is, which becomes what this was: memory of its own, of any type. Graphs that this was part
  /// of are refused from then on.
  func become(_ other: Tensor) {
    other.requiresGrad = requiresGrad
    require(dsc_tensor_swap(handle, other.handle))
  }
}
