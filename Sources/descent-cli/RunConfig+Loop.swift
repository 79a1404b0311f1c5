import Descent

/// What a configuration asks of the training loop.
extension RunConfig {
  /// The metrics by name; of a model that works on scaled targets, in their own units.
  func makeMetrics(_ model: Module? = nil) throws(DescentError) -> [any Metric] {
    var made: [any Metric] = []
    for name in metrics ?? [] {
      let metric = try MetricName.metric(name)
      let scaler = (model as? ScaledModel)?.targets
      made.append(scaler.map { ScaledBack(metric, by: $0) } ?? metric)
    }
    return made
  }

  /// What steers the loop, in the order in which it must.
  ///
  /// - Parameter base: what the schedule multiplies, where the rate was given anew.
  func makeCallbacks(base: Double?) throws(DescentError) -> [any TrainingCallback] {
    var callbacks = makeAccumulation()
    if let schedule { callbacks.append(ScheduleCallback(try Schedule(schedule), base: base)) }
    if let ema { callbacks.append(WeightAveraging(.exponential(decay: ema), every: .steps(emaEvery))) }
    if let earlyStop { callbacks.append(EarlyStopping(patience: earlyStop)) }
    return callbacks
  }

  /// What has several batches make a step, if they are to.
  func makeAccumulation() -> [any TrainingCallback] {
    accumulate > 1 ? [GradientAccumulation(batches: accumulate)] : []
  }
}
