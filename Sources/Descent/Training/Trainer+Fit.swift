extension Trainer {
  /// Trains until `epochs` epochs are done, those of a resumed checkpoint among them.
  ///
  /// An epoch that was stopped goes on at the sample where it stood, in batches of any size.
  ///
  /// - Parameters:
  ///   - validation: samples to measure the model on after every epoch.
  ///   - metrics: what is measured besides the loss: on each batch before its step, and on the validation set.
  ///   - callbacks: what watches and steers the run, called in this order.
  /// - Returns: the history.
  /// - Throws: `DescentError` of code `nonFinite` when the loss diverges, and of code `mismatch` where an epoch that
  ///   was stopped cannot go on with this loader (see `obstacle(to:)`); what data, callbacks and the optimizer throw.
  @discardableResult
  public func fit(
    _ loader: any BatchSource, validation: (any BatchSource)? = nil, epochs: Int, metrics: [any Metric] = [],
    callbacks: [any TrainingCallback] = []
  ) throws(DescentError) -> History {
    wishes = Wishes()
    self.callbacks = callbacks
    defer { self.callbacks = [] }
    var failure: DescentError?
    do throws(DescentError) {
      (plannedEpochs, batchesInEpoch) = (epochs, loader.epochSize?.batches)
      try begin(with: metrics)
      try prepare(loader)
      for callback in callbacks { try callback.trainingWillBegin(self) }
      repeat {
        while position.epoch < epochs && !wasStopped {
          try prepare(loader)
          try runEpoch(loader, validation, epochs)
        }
        // No step follows that would find out.
      } while try isPutBack({ () throws(DescentError) in try verify() })
      for callback in callbacks { try callback.trainingWillEnd(self) }
    } catch {
      failure = error
    }
    for callback in callbacks { callback.trainingDidEnd(self, error: failure) }
    if let failure { throw failure }
    return history
  }

  // MARK: Beginning

  private func begin(with metrics: [any Metric]) throws(DescentError) {
    var names = Set<String>(["loss"])
    for metric in metrics where !names.insert(metric.name).inserted {
      throw DescentError(.invalidArgument, "two metrics are called \(metric.name)")
    }
    let before = self.metrics
    self.metrics = metrics
    for index in metrics.indices {
      self.metrics[index].reset()
      // An epoch that goes on in the same process.
      let same = before.first { $0.name == metrics[index].name }
      if let same, isInEpoch, !self.metrics[index].load(same.sums) { self.metrics[index].reset() }
    }
    let known = Set(history.metricNames)
    history.metricNames += metrics.map(\.name).filter { !known.contains($0) }
    try takePending()
  }

  /// Hands what a checkpoint had of metrics and callbacks to them. What nobody takes is dropped.
  func takePending() throws(DescentError) {
    defer { pending = [:] }
    for index in metrics.indices {
      guard let saved = pending["metric.\(metrics[index].name)"] else { continue }
      let sums = try SavedNumbers(saved).real("sums")
      guard metrics[index].load(sums) else {
        throw DescentError(.mismatch, "what was saved of \(metrics[index].name) is not what it adds up")
      }
    }
    for (name, callback) in namedCallbacks {
      guard let state = pending["callback.\(name)"] else { continue }
      do throws(DescentError) {
        try callback.load(state, self)
      } catch {
        throw DescentError(error.code, "the saved state of \(name) does not fit it: \(error.message)")
      }
    }
  }

  /// The callbacks that have a state, each with a name of its own.
  var namedCallbacks: [(name: String, callback: any CheckpointedCallback)] {
    var counts: [String: Int] = [:]
    return callbacks.compactMap { $0 as? any CheckpointedCallback }.map { callback in
      let count = counts[callback.stateName, default: 0]
      counts[callback.stateName] = count + 1
      return (count == 0 ? callback.stateName : "\(callback.stateName)-\(count + 1)", callback)
    }
  }

  private func prepare(_ loader: any BatchSource) throws(DescentError) {
    if let size = loader.epochSize, size.batches <= 0 {
      throw DescentError(
        .invalidArgument, "the training set has no batch: there are \(size.samples) samples in an epoch")
    }
    if let obstacle = obstacle(to: loader) {
      throw DescentError(
        .mismatch,
        "epoch \(position.epoch + 1) cannot go on after sample \(position.samples): \(obstacle); restartEpoch() begins it anew"
      )
    }
    if rewindsLoader || isInEpoch, let loaderState { loader.restore(loaderState) }
    rewindsLoader = false
  }

  /// Why the epoch under way cannot go on with a loader, which orders its samples otherwise; nil if it can, or none
  /// is under way.
  public func obstacle(to loader: any BatchSource) -> String? {
    isInEpoch ? loaderState?.obstacle(to: loader.state) : nil
  }

  /// Forgets how far the epoch under way is: `fit` begins it anew. The parameters stay.
  public func restartEpoch() {
    position = Position(
      epoch: position.epoch, samplesBefore: position.samplesBefore, updates: position.updates,
      firstLoss: position.firstLoss)
    history.curve.removeAll { $0.samples > position.samplesBefore }
    for index in metrics.indices { metrics[index].reset() }
    pending = pending.filter { !$0.key.hasPrefix("metric.") }
    rewindsLoader = true
  }

  // MARK: An epoch

  private func runEpoch(
    _ loader: any BatchSource, _ validation: (any BatchSource)?, _ epochs: Int
  ) throws(DescentError) {
    model.train()
    wishes.endsEpoch = false
    let size = loader.epochSize
    let batches = try loader.beginEpoch(after: position.samples)
    loaderState = batches.state
    if !isInEpoch {
      for callback in callbacks { try callback.epochWillBegin(self) }
    }
    let total = batches.remaining.map { position.batch + $0 }
    let clock = ContinuousClock()
    let start = clock.now
    let (before, samplesBefore) = (position.seconds, position.samples)
    var isOver = false
    while !wasStopped, !wishes.endsEpoch {
      samplesLeft = batches.remainingSamples
      guard let batch = try batches.nextBatch() else {
        isOver = true
        break
      }
      let value = try step(batch)
      if wishes.wentBack { return }
      position.seconds = before + (clock.now - start).seconds
      if let value {
        let progress = TrainingProgress(
          epoch: position.epoch + 1, epochs: epochs, batch: position.batch, batches: total,
          samples: position.samples, samplesInEpoch: size?.samples, loss: value,
          meanLoss: position.meanLoss, seconds: position.seconds,
          rate: Double(position.samples - samplesBefore) / max(position.seconds - before, 1e-9))
        for callback in callbacks { try callback.batchDidEnd(progress, self) }
      }
      // An epoch that is to end here would go on if the run were resumed from here.
      if !wishes.endsEpoch { try announce(.batch) }
      if wishes.wentBack { return }
    }
    guard isOver || batches.remaining == 0 || wishes.endsEpoch else { return }
    guard isInEpoch else {
      throw DescentError(
        .invalidArgument,
        "epoch \(position.epoch + 1) has no batch: the sequence is empty, or can be gone through once only")
    }
    try endEpoch(validation, loader.state)
  }

  private func endEpoch(
    _ validation: (any BatchSource)?, _ loaderState: LoaderState
  ) throws(DescentError) {
    let evaluation = try validation.map { loader throws(DescentError) in try validate(loader) }
    let record = EpochRecord(
      epoch: position.epoch + 1, samples: position.samplesBefore + position.samples,
      trainLoss: position.meanLoss,
      trainMetrics: Dictionary(runningMetrics.map { ($0.name, $0.value) }) { $1 },
      validationLoss: evaluation?.loss, validationMetrics: evaluation?.metrics ?? [:],
      learningRate: learningRate, seconds: position.seconds)
    history.epochs.append(record)
    position = position.nextEpoch()
    for index in metrics.indices { metrics[index].reset() }
    self.loaderState = loaderState
    for callback in callbacks { try callback.epochDidEnd(record, self) }
    try announce(.epoch)
  }

  private func announce(_ place: SavePlace) throws(DescentError) {
    _ = try isPutBack { () throws(DescentError) in
      for callback in callbacks { try callback.stateIsWhole(place, self) }
    }
  }

  /// Whether `body` found the run to have diverged, and a callback has put it back.
  private func isPutBack(_ body: () throws(DescentError) -> Void) throws(DescentError) -> Bool {
    do throws(DescentError) {
      try body()
      return false
    } catch {
      guard error.code == .nonFinite else { throw error }
      for callback in callbacks {
        if try callback.stateDidDiverge(error, self) { return true }
      }
      throw error
    }
  }
}

extension Duration {
  /// As a number of seconds.
  public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
