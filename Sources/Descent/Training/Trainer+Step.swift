extension Trainer {
  /// One batch; its loss, or nil where it was passed over.
  func step(_ batch: Batch) throws(DescentError) -> Double? {
    wishes.beginBatch()
    for callback in callbacks { try callback.batchWillBegin(batch, self) }
    guard !wishes.skipsBatch else {
      pass(batch)
      return nil
    }
    // The step's own rate: a schedule goes on after it.
    let rate = position.batch % curveInterval == 0 ? learningRate : nil
    let value: Double
    do throws(DescentError) {
      value = try optimizer.needsClosure ? minimize(batch) : descend(batch)
    } catch {
      guard error.code == .nonFinite, try isHandled(error) else { throw error }
      if !wishes.wentBack { pass(batch) }
      return nil
    }
    if let rate {
      history.curve.append(
        CurvePoint(
          samples: position.samplesBefore + position.samples + batch.count, loss: value,
          learningRate: rate))
    }
    position.batch += 1
    position.samples += batch.count
    position.counted += batch.count
    position.lossSum += value * Double(batch.count)
    unverified = Step(batch: batch, epoch: position.epoch + 1, number: position.batch)
    return value
  }

  private func pass(_ batch: Batch) {
    position.batch += 1
    position.samples += batch.count
  }

  /// Whether a callback makes good what went wrong.
  func isHandled(_ error: DescentError) throws(DescentError) -> Bool {
    for callback in callbacks {
      if try callback.batchDidDiverge(error, self) { return true }
    }
    return false
  }

  private func descend(_ batch: Batch) throws(DescentError) -> Double {
    let prediction = model(batch.inputs)
    let loss = loss(prediction, batch.targets)
    let value = loss.item()
    try checkDivergence(value)
    loss.backward(wishes.weight.map { Tensor([$0], shape: loss.shape, dtype: loss.dtype) })
    if wishes.updates { try update() }
    measure(prediction, batch.targets)
    return value
  }

  private func update() throws(DescentError) {
    for callback in callbacks { try callback.updateWillBegin(self) }
    let report: StepReport
    do throws(DescentError) {
      report = try optimizer.step()
    } catch {
      // Where the run goes on, it does so without what cannot be stepped by.
      optimizer.zeroGrad()
      throw error
    }
    optimizer.zeroGrad()
    try finish(report)
  }

  private func finish(_ report: StepReport) throws(DescentError) {
    position.updates += 1
    do throws(DescentError) {
      for callback in callbacks { try callback.updateDidEnd(report, self) }
    } catch {
      // The step has moved them already. The run may go on, and be saved before the next step.
      for case let averages as WeightAveraging in callbacks { averages.complete() }
      throw error
    }
  }

  /// A step of an optimizer that evaluates the loss itself, several times.
  private func minimize(_ batch: Batch) throws(DescentError) -> Double {
    guard wishes.updates else {
      throw DescentError(
        .invalidArgument,
        "\(optimizer.rules[0].ruleName) steps on every batch: it takes no accumulated gradients")
    }
    var first: Double?
    var prediction: Tensor?
    for callback in callbacks { try callback.updateWillBegin(self) }
    let report = try optimizer.step { () throws(DescentError) in
      optimizer.zeroGrad()
      let output = model(batch.inputs)
      let loss = loss(output, batch.targets)
      if first == nil {
        (first, prediction) = (loss.item(), output)
        try checkDivergence(loss.item())
      }
      loss.backward()
      return loss
    }
    try finish(report)
    if let prediction { measure(prediction, batch.targets) }
    return first ?? .nan
  }

  private func measure(_ prediction: Tensor, _ targets: Tensor) {
    guard !metrics.isEmpty else { return }
    for index in metrics.indices { metrics[index].update(prediction, targets) }
  }
}
