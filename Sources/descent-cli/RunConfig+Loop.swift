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
  func makeCallbacks() throws(DescentError) -> [any TrainingCallback] {
    var callbacks: [any TrainingCallback] = []
    if accumulate > 1 { callbacks.append(GradientAccumulation(batches: accumulate)) }
    if let ema { callbacks.append(WeightAveraging(.exponential(decay: ema))) }
    if let earlyStop { callbacks.append(EarlyStopping(patience: earlyStop)) }
    return callbacks
  }

  /// The samples to train on and those to measure the model on.
  func makeLoaders(
    _ data: (training: ImageDataset, test: ImageDataset)
  ) throws(DescentError) -> (training: DataLoader<ImageDataset>, validation: DataLoader<ImageDataset>) {
    (
      try DataLoader(data.training, batchSize: batchSize, shuffle: shuffle, seed: seed),
      try DataLoader(data.test, batchSize: 1000)
    )
  }
}
