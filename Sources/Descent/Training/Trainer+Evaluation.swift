extension Trainer {
  /// What a model does on a data set.
  public struct Evaluation: Sendable {
    /// The mean loss of a sample.
    public let loss: Double
    /// The metrics by name.
    public let metrics: [String: Double]

    /// The share of samples whose largest output is at the target class, where `Accuracy()` was asked for.
    public var accuracy: Double? { metrics["accuracy"] }
  }

  /// Measures the model without training it.
  ///
  /// - Throws: `DescentError` if the loader has no batch, and what the data set throws.
  public func evaluate(
    _ loader: any BatchSource, metrics: [any Metric] = []
  ) throws(DescentError) -> Evaluation {
    try withWeights(for: .evaluation) { () throws(DescentError) in
      try Self.evaluate(model, loss, on: loader, metrics: metrics)
    }
  }

  /// Measures any model by a loss, without a trainer.
  ///
  /// - Throws: `DescentError` if the loader has no batch, and what the data set throws.
  public static func evaluate(
    _ model: Module, _ loss: any Loss, on loader: any BatchSource, metrics: [any Metric] = []
  ) throws(DescentError) -> Evaluation {
    let wasTraining = model.isTraining
    model.eval()
    defer { if wasTraining { model.train() } }
    var metrics = metrics
    for index in metrics.indices { metrics[index].reset() }
    var (samples, lossSum) = (0, 0.0)
    try noGrad { () throws(DescentError) in
      try loader.forEachBatch { batch throws(DescentError) in
        let prediction = model(batch.inputs)
        lossSum += loss(prediction, batch.targets).item() * Double(batch.count)
        samples += batch.count
        for index in metrics.indices { metrics[index].update(prediction, batch.targets) }
      }
    }
    guard samples > 0 else { throw DescentError(.invalidArgument, "the set to evaluate on is empty") }
    return Evaluation(
      loss: lossSum / Double(samples), metrics: Dictionary(metrics.map { ($0.name, $0.value) }) { $1 })
  }

  /// The validation of an epoch, with its events.
  func validate(_ loader: any BatchSource) throws(DescentError) -> Evaluation {
    for callback in callbacks { try callback.validationWillBegin(self) }
    let evaluation = try evaluate(loader, metrics: metrics)
    for callback in callbacks { try callback.validationDidEnd(evaluation, self) }
    return evaluation
  }

  /// Runs `body` with the weights that the optimizer and the callbacks have for a use, and puts those that are trained
  /// back, to the bit.
  public func withWeights<Result>(
    for use: WeightUse, _ body: () throws(DescentError) -> Result
  ) throws(DescentError) -> Result {
    var chosen = use == .export ? weights(for: .export) : nil
    chosen = chosen ?? weights(for: .evaluation)
    guard let chosen else { return try optimizer.withEvaluationWeights(body) }
    let trained = model.stateToSave.mapValues { $0.clone() }
    try model.load(chosen)
    defer { put(trained) }
    return try body()
  }

  private func weights(for use: WeightUse) -> [String: Tensor]? {
    for callback in callbacks {
      if let weights = callback.weights(for: use, self) { return weights }
    }
    return nil
  }

  /// Puts a state of the model's own back.
  func put(_ state: [String: Tensor]) {
    do throws(DescentError) {
      try model.load(state)
    } catch {
      demand(false, "the model's own weights do not fit it: \(error)")
    }
  }
}
