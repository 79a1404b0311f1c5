import CDescent

extension Optimizer {
  // MARK: Options

  /// The value of an option of a group, by the table's name.
  public func option(_ name: String, group: Int = 0) throws(DescentError) -> Double {
    var value = 0.0
    try check(dsc_optimizer_get_option(handle, group, name, &value))
    return value
  }

  /// Changes options of a group together, all or none, from the next step on.
  ///
  /// - Throws: `DescentError` with the name, the value and the allowed range.
  public func setOptions(_ options: [String: Double], group: Int = 0) throws(DescentError) {
    try check(
      withOptions(options) { count, pointer in dsc_optimizer_set_options(handle, group, count, pointer) })
  }

  // MARK: Freezing

  /// Keeps steps from changing the parameters whose names the predicate picks, their state and their step counts.
  ///
  /// - Returns: how many it picks; 0 where a name is not what it was taken for.
  @discardableResult
  public func freeze(where isPicked: (String) -> Bool) -> Int { setFrozen(true, where: isPicked) }

  /// Lets steps change them again.
  ///
  /// - Returns: how many parameters are picked.
  @discardableResult
  public func unfreeze(where isPicked: (String) -> Bool) -> Int { setFrozen(false, where: isPicked) }

  private func setFrozen(_ frozen: Bool, where isPicked: (String) -> Bool) -> Int {
    let picked = parameters.indices.filter { isPicked(parameters[$0].name) }
    for index in picked { require(dsc_optimizer_set_frozen(handle, index, frozen)) }
    if frozen { self.frozen.formUnion(picked) } else { self.frozen.subtract(picked) }
    return picked.count
  }

  // MARK: Clipping

  struct Clipping {
    var norm: Double?
    var normType = 2.0
    var perTensor = false
    var value: Double?
    var refusesNonFinite = false

    var c: dsc_clipping {
      dsc_clipping(
        max_norm: norm ?? .infinity, norm_type: normType, per_tensor: perTensor,
        error_if_nonfinite: refusesNonFinite)
    }

    var measuresNorm: Bool { norm?.isFinite ?? false || refusesNonFinite }
  }

  /// Scales gradients so that their norm is at most this; nil for off.
  public var clipNorm: Double? { clipping.norm }
  /// Limits every gradient's absolute value to this; nil for off.
  public var clipValue: Double? { clipping.value }

  /// Sets clipping by norm and by value; the norm comes first. `grad` itself is not changed.
  ///
  /// - Parameters:
  ///   - norm: the largest norm, as in `torch.nn.utils.clip_grad_norm_`; nil for off.
  ///   - normType: the p of the p-norm, > 0; infinity for the largest absolute value.
  ///   - perTensor: whether each parameter is clipped by its own norm instead of by that of all together.
  ///   - errorIfNonFinite: whether `step()` throws, and changes nothing, when the norm is not finite. Otherwise NaN
  ///     reaches the parameters, as in PyTorch.
  ///   - value: the largest absolute value, as in `clip_grad_value_`; nil for off.
  /// - Throws: `DescentError` for a negative limit or NaN.
  public func setClipping(
    norm: Double? = nil, normType: Double = 2, perTensor: Bool = false, errorIfNonFinite: Bool = false,
    value: Double? = nil
  ) throws(DescentError) {
    let settings = Clipping(
      norm: norm, normType: normType, perTensor: perTensor, value: value, refusesNonFinite: errorIfNonFinite)
    try check(dsc_optimizer_set_clip_norm(handle, settings.c))
    try check(dsc_optimizer_set_clip_value(handle, value ?? .infinity))
    clipping = settings
  }

  // MARK: Guard and statistics

  /// Sets what a step does about gradients that are not finite.
  public func setGuard(_ value: NonFiniteGuard) {
    require(dsc_optimizer_set_guard(handle, value.c))
    nonFiniteGuard = value
  }

  /// What the last step that was not skipped did to a group; nil unless `collectsStatistics` was set before it and
  /// the group took part.
  public func statistics(group: Int = 0) -> GroupStatistics? {
    demand(rules.indices.contains(group), "there is no group \(group), only \(rules.count)")
    var found = dsc_group_statistics()
    require(dsc_optimizer_get_statistics(handle, group, &found))
    guard found.elements > 0 else { return nil }
    return GroupStatistics(
      gradientNorm: found.gradient_norm, weightNorm: found.weight_norm, updateNorm: found.update_norm,
      clippedShare: found.clipped_share)
  }

  // MARK: Evaluation

  /// Runs `body` with the weights that the model is to be evaluated and saved with, and puts the others back, to
  /// the bit: for `ScheduleFreeSGD` and `ScheduleFreeAdamW`. With other rules the weights stay as they are.
  public func withEvaluationWeights<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard dsc_optimizer_has_evaluation_weights(handle) else { return try body() }
    let training = flat.makeRoom()
    guard let parameters = flat.step.parameters else { return try body() }
    training.mutableData.copyMemory(from: parameters, byteCount: training.count * training.dtype.size)
    require(dsc_optimizer_evaluation_weights(nil, handle, training.data, parameters))
    flat.noteChange()
    defer { flat.copyValues(from: training) }
    return try body()
  }
}
