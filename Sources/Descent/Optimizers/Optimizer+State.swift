import CDescent

extension Optimizer {
  /// The state by name: "linear.weight.exp_avg", "linear.weight.step" for the steps a parameter has had, and
  /// "group.0.lr" for the groups' options. Copies. Parameters that had no step have no state; where row gradients
  /// have begun only some rows' state, "embedding.weight.exp_avg.begun_rows" has a 1 for these.
  public var stateDict: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for entry in entries() where entry.isFilled { state[entry.name] = entry.read() }
    return state
  }

  /// Continues from a state that `stateDict` gave: stepping on gives the same bits as not having stopped.
  ///
  /// - Parameter strict: whether all of it must fit. Otherwise what fits is taken, parameters that the state does
  ///   not name start afresh, and the differences are returned.
  /// - Throws: `DescentError` of code `mismatch`, with every difference listed, and for options that are out of
  ///   range. Nothing is changed then.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws(DescentError) -> StateDifferences {
    // The options decide what state there is: they come first, and go back if the rest does not fit.
    let (kept, backup) = (groupOptions(), stateDict)
    do throws(DescentError) {
      var differences = StateDifferences()
      try loadOptions(state, &differences)
      let entries = entries().filter { !$0.isOption }
      let begun = Set(entries.filter { state[$0.name] != nil }.map(\.parameter))
      var fitting: [Entry] = []
      for entry in entries {
        if let tensor = state[entry.name] {
          if differences.compare(entry.name, tensor, entry.shape, entry.dtype) { fitting.append(entry) }
        } else if begun.contains(entry.parameter) && !entry.isOptional {
          differences.missing.append(entry.name)
        }
      }
      let known = Set(entries.map(\.name))
      differences.unexpected += state.keys.filter { !known.contains($0) && !$0.hasPrefix("group.") }.sorted()
      if strict { try differences.check("the state does not fit the optimizer") }
      let names = Set(fitting.map(\.name))
      fitting.removeAll { $0.slot.map { !names.contains($0) } ?? false }
      if needsClosure { try checkHistory(state, names) }
      for entry in fitting { try entry.check(state[entry.name]!) }
      dsc_optimizer_reset(handle)
      // A parameter's scalars say how much history it has: they come before what is measured by them; and a slot
      // before the rows of it that have begun.
      for entry in fitting { entry.write(state[entry.name]!) }
      return differences
    } catch {
      for (group, options) in kept.enumerated() { try setOptions(options, group: group) }
      dsc_optimizer_reset(handle)
      for entry in entries() where !entry.isOption {
        if let tensor = backup[entry.name] { entry.write(tensor) }
      }
      throw error
    }
  }

  /// A history must be whole, strict or not: what its count speaks of must be there.
  private func checkHistory(
    _ state: [String: Tensor], _ fitting: Set<String>
  ) throws(DescentError) {
    let capacity = Int(try option("history_size"))
    for name in parameters.map(\.name) {
      func number(_ scalar: String) -> Double {
        fitting.contains("\(name).\(scalar)") ? state["\(name).\(scalar)"]!.item() : 0
      }
      guard let pairs = Int(exactly: number("pairs")), 0...capacity ~= pairs else {
        throw DescentError(
          .mismatch, "\(name).pairs is \(number("pairs")), must be a whole number in 0...\(capacity)")
      }
      let started = number("n_iter") > 0
      let needed =
        (started ? ["d", "prev_flat_grad"] : [])
        + (0..<pairs).flatMap { ["old_dirs.\($0)", "old_stps.\($0)"] }
      let missing = needed.map { "\(name).\($0)" }.filter { !fitting.contains($0) }
      guard missing.isEmpty else {
        throw DescentError(.mismatch, "the history is not whole; missing: \(missing.joined(separator: ", "))")
      }
    }
  }

  private func groupOptions() -> [[String: Double]] {
    rules.enumerated().map { group, rule in
      var options: [String: Double] = [:]
      for option in RuleTable.rule(rule.ruleName)?.options ?? [] {
        options[option.name] = try? self.option(option.name, group: group)
      }
      return options
    }
  }

  private func loadOptions(
    _ state: [String: Tensor], _ differences: inout StateDifferences
  ) throws(DescentError) {
    var known = Set<String>()
    for (group, options) in groupOptions().enumerated() {
      var found: [String: Double] = [:]
      for name in options.keys {
        let key = "group.\(group).\(name)"
        known.insert(key)
        guard let tensor = state[key] else { continue }
        if differences.compare(key, tensor, [], .float64) { found[name] = tensor.item() }
      }
      try setOptions(found, group: group)
    }
    differences.unexpected += state.keys.filter { $0.hasPrefix("group.") && !known.contains($0) }.sorted()
  }

  // MARK: Entries

  /// One tensor of the state: where it is read from and written to.
  private struct Entry {
    let name: String
    /// The parameter it belongs to; -1 for options.
    let parameter: Int
    let shape: Shape
    let dtype: DType
    var isFilled = true
    var isStep = false
    var isScalar = false
    var isOption = false
    /// Whether a state may lack it though the parameter has some.
    var isOptional = false
    /// The slot whose rows it tells of.
    var slot: String?
    let read: () -> Tensor
    let write: (Tensor) -> Void

    /// A file may say anything. Step counts go as far as a Double, which rules take them for, counts by ones.
    func check(_ tensor: Tensor) throws(DescentError) {
      if isStep, !(0...(1 << 53) ~= tensor.scalars(as: Int64.self)[0]) {
        throw DescentError(
          .mismatch, "\(name) is \(tensor.scalars(as: Int64.self)[0]), which is no step count")
      }
      if isScalar, !tensor.item().isFinite {
        throw DescentError(.mismatch, "\(name) is \(tensor.item()), must be finite")
      }
    }
  }

  private func entries() -> [Entry] {
    parameters.indices.flatMap(entries(of:)) + optionEntries()
  }

  private func optionEntries() -> [Entry] {
    groupOptions().enumerated().flatMap { group, options in
      options.map { name, value in
        Entry(
          name: "group.\(group).\(name)", parameter: -1, shape: [], dtype: .float64, isOption: true,
          read: { Tensor([value], shape: [], dtype: .float64) }, write: { _ in })
      }
    }
  }

  private func entries(of index: Int) -> [Entry] {
    let (name, parameter) = parameters[index]
    let handle = handle
    var step: Int64 = 0
    require(dsc_optimizer_get_step(handle, index, &step))
    let count = Entry(
      name: "\(name).step", parameter: index, shape: [], dtype: .int64, isFilled: step > 0, isStep: true,
      read: { Tensor([step], shape: []) },
      write: { require(dsc_optimizer_set_step(handle, index, Int64($0.item()))) })
    return [count] + scalarEntries(of: index) + slotEntries(of: index, parameter.dtype)
  }

  private func scalarEntries(of index: Int) -> [Entry] {
    let handle = handle
    var values = [Double](repeating: 0, count: DSC_MAX_SCALARS)
    let isFilled =
      dsc_optimizer_scalar_count(handle, index) > 0
      && dsc_optimizer_get_scalars(handle, index, &values) == DSC_OK
    return (0..<dsc_optimizer_scalar_count(handle, index)).map { scalar in
      Entry(
        name:
          "\(parameters[index].name).\(String(cString: dsc_optimizer_scalar_name(handle, index, scalar)))",
        parameter: index, shape: [], dtype: .float64, isFilled: isFilled, isScalar: true,
        isOptional: parameters[index].parameter.count == 0,
        read: { [value = values[scalar]] in Tensor([value], shape: [], dtype: .float64) },
        write: { tensor in
          var values = [Double](repeating: 0, count: DSC_MAX_SCALARS)
          _ = dsc_optimizer_get_scalars(handle, index, &values)
          values[scalar] = tensor.item()
          require(dsc_optimizer_set_scalars(handle, index, values))
        })
    }
  }

  private func slotEntries(of index: Int, _ dtype: DType) -> [Entry] {
    let handle = handle
    return (0..<dsc_optimizer_slot_count(handle, index)).flatMap { slot in
      var info = dsc_slot_info()
      require(dsc_optimizer_get_slot(handle, index, slot, &info))
      let shape = Shape(
        withUnsafeBytes(of: info.shape) { Array($0.bindMemory(to: Int.self).prefix(info.rank)) })
      let slotName = withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let name = "\(parameters[index].name).\(slotName)"
      let elements = Entry(
        name: name, parameter: index, shape: shape, dtype: dtype,
        isFilled: info.filled, isOptional: needsClosure,  // as much history as there was
        read: {
          let tensor = Tensor(uninitialized: shape, dtype: dtype)
          require(dsc_optimizer_export_slot(handle, index, slot, tensor.mutableData))
          return tensor
        },
        write: { tensor in
          tensor.withUnsafeBytes { require(dsc_optimizer_import_slot(handle, index, slot, $0.baseAddress)) }
        })
      return info.by_rows
        ? [elements, rowsEntry(of: index, slot, name, shape[0], isFilled: info.partly)] : [elements]
    }
  }

  private func rowsEntry(
    of index: Int, _ slot: Int, _ name: String, _ rows: Int, isFilled: Bool
  ) -> Entry {
    let handle = handle
    return Entry(
      name: "\(name).begun_rows", parameter: index, shape: [rows], dtype: .int64, isFilled: isFilled,
      isOptional: true, slot: name,
      read: {
        var begun = [UInt8](repeating: 0, count: rows)
        require(dsc_optimizer_export_rows(handle, index, slot, &begun))
        return Tensor(begun.map(Int64.init), shape: [rows])
      },
      write: {
        let begun = $0.doubles.map { $0 == 0 ? UInt8(0) : 1 }
        require(dsc_optimizer_import_rows(handle, index, slot, begun))
      })
  }
}
