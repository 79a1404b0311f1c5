import CDescent

extension Optimizer {
  /// The state by name: "linear.weight.exp_avg", and "linear.weight.step" for the steps a parameter has had.
  /// Copies; empty before the first step.
  public var stateDict: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (index, (name, parameter)) in parameters.enumerated() {
      var step: Int64 = 0
      require(dsc_optimizer_get_step(handle, index, &step))
      guard step > 0 else { continue }
      state["\(name).step"] = Tensor([step], shape: [])
      for (slot, slotName) in slotNames(index)
      where dsc_optimizer_filled_slots(handle, index) >> slot & 1 == 1 {
        let tensor = Tensor(uninitialized: parameter.shape, dtype: parameter.dtype)
        require(dsc_optimizer_export_slot(handle, index, slot, tensor.data))
        state["\(name).\(slotName)"] = tensor
      }
    }
    return state
  }

  /// Continues from a state that `stateDict` gave: stepping on gives the same bits as not having stopped.
  ///
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed, unless all of it fits. Nothing is
  ///   changed then.
  public func load(_ state: [String: Tensor]) throws(DescentError) {
    var differences: [String] = []
    var imports: [() -> Void] = []
    var known = Set<String>()
    for (index, (name, parameter)) in parameters.enumerated() {
      known.insert("\(name).step")
      let step = state["\(name).step"]
      if let step, step.dtype != .int64 || step.count != 1 || step.item() < 0 {
        differences.append("\(name).step is no step count")
      } else if let step {
        imports.append { [handle] in require(dsc_optimizer_set_step(handle, index, Int64(step.item()))) }
      }
      for (slot, slotName) in slotNames(index) {
        known.insert("\(name).\(slotName)")
        guard let tensor = state["\(name).\(slotName)"] else { continue }
        if tensor.shape != parameter.shape || tensor.dtype != parameter.dtype {
          differences.append(
            "\(name).\(slotName) is \(tensor.dtype.rawValue) \(tensor.shape), the parameter \(parameter.dtype.rawValue) \(parameter.shape)"
          )
        } else if step == nil {
          differences.append("\(name).step is missing")
        }
        imports.append { [handle] in require(dsc_optimizer_import_slot(handle, index, slot, tensor.data)) }
      }
    }
    for name in state.keys.sorted() where !known.contains(name) {
      differences.append("\(name) is no state of this optimizer")
    }
    guard differences.isEmpty else {
      throw DescentError(
        .mismatch, "the state does not fit the optimizer: " + differences.joined(separator: "; "))
    }
    dsc_optimizer_reset(handle)
    for action in imports { action() }
  }

  private func slotNames(_ index: Int) -> [(Int, String)] {
    (0..<DSC_MAX_SLOTS).compactMap { slot in
      dsc_optimizer_slot_name(handle, index, slot).map { (slot, String(cString: $0)) }
    }
  }
}
