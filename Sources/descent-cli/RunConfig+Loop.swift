import Descent

/// What a configuration asks of the training loop.
extension RunConfig {
  /// The metrics by name.
  func makeMetrics() throws(DescentError) -> [any Metric] {
    var made: [any Metric] = []
    for name in metrics { made.append(try MetricName.metric(name, among: MetricName.ofClasses)) }
    return made
  }

  /// What steers the loop, in the order in which it must.
  ///
  /// - Parameter base: what the schedule multiplies, where the rate was given anew.
  func makeCallbacks(base: Double?) throws(DescentError) -> [any TrainingCallback] {
    var callbacks = makeAccumulation()
    if let schedule { callbacks.append(ScheduleCallback(try Schedule(schedule), base: base)) }
    if let ema { callbacks.append(WeightAveraging(.exponential(decay: ema))) }
    if let earlyStop { callbacks.append(EarlyStopping(patience: earlyStop)) }
    return callbacks
  }

  /// What has several batches make a step, if they are to.
  func makeAccumulation() -> [any TrainingCallback] {
    accumulate > 1 ? [GradientAccumulation(batches: accumulate)] : []
  }

  /// The samples to train on and those to measure the model on.
  func makeLoaders(
    _ data: (training: ImageDataset, test: ImageDataset)
  ) throws(DescentError) -> (training: any BatchSource, validation: any BatchSource) {
    guard let validation else {
      return (
        try DataLoader(data.training, batchSize: batchSize, shuffle: shuffle, seed: seed),
        try DataLoader(data.test, batchSize: 1000)
      )
    }
    let (training, held) = try data.training.split(
      1 - validation, stratifiedBy: data.training.targetClasses(), generator: Generator(seed: seed))
    guard training.count > 0, held.count > 0 else {
      throw DescentError(
        .invalidArgument,
        "--validation is \(validation.short), which leaves \(training.count) of \(data.training.count) samples for the training and \(held.count) for the validation"
      )
    }
    return (
      try DataLoader(training, batchSize: batchSize, shuffle: shuffle, seed: seed),
      try DataLoader(held, batchSize: 1000)
    )
  }
}
