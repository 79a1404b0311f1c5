extension Trainer {
  /// Throws if the run has diverged, though no loss has shown it yet: looks at the parameters, and at the loss that
  /// they give for the last batch. What is saved after that is sound.
  ///
  /// - Throws: `DescentError` of code `nonFinite`.
  public func verify() throws(DescentError) {
    guard let step = unverified else { return }
    let place = "after batch \(step.number) of epoch \(step.epoch)"
    let tensors =
      model.namedParameters.map { ($0.name, $0.parameter as Tensor) }
      + model.namedBuffers.map { ($0.name, $0.buffer) }
    for (name, tensor) in tensors where !tensor.detached().isFinite.all() {
      throw diverged("\(name) is not finite \(place)")
    }
    let wasTraining = model.isTraining
    model.eval()
    defer { if wasTraining { model.train() } }
    try check(noGrad { loss(model(step.batch.inputs), step.batch.targets).item() }, place)
    unverified = nil
  }

  /// The batch's loss is looked at before the step, so that a bad one never reaches the parameters.
  func checkDivergence(_ value: Double) throws(DescentError) {
    let first = position.firstLoss ?? value
    position.firstLoss = first
    guard first.isFinite else {
      throw DescentError(
        .nonFinite,
        "the very first loss is \(first.isNaN ? .nan : first): the inputs, the targets or the first parameters are at fault"
      )
    }
    try check(value, "at batch \(position.batch + 1) of epoch \(position.epoch + 1)")
  }

  private func check(_ value: Double, _ place: @autoclosure () -> String) throws(DescentError) {
    let limit = divergenceFactor.map { $0 * max(abs(position.firstLoss ?? value), 1e-3) } ?? .infinity
    guard value.isFinite && abs(value) <= limit else {
      throw diverged("the loss is \(value.isNaN ? .nan : value) \(place())")
    }
  }

  private func diverged(_ what: String) -> DescentError {
    let first = position.firstLoss.map { "; the first loss was \($0)" } ?? ""
    return DescentError(
      .nonFinite, "training diverged: \(what)\(first). \(divergenceAdvice)")
  }
}
