/// Trains a model: forward, loss, backward, step, over batches and epochs.
///
///     let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer)
///     try trainer.fit(loader, validation: testLoader, epochs: 10, callbacks: [ProgressBar()])
public final class Trainer {
  /// What is trained.
  public let model: Module
  /// What is minimized.
  public let loss: any Loss
  /// How.
  public let optimizer: Optimizer
  /// What the run has shown so far.
  public internal(set) var history = History()
  /// Where the run stands; saved in checkpoints.
  var position = Position()
  /// The loader's random numbers at the start of the epoch under way; and what a checkpoint had.
  var loaderState: [UInt8]?
  var restoredLoaderState: [UInt8]?

  /// A run whose loss exceeds this many times its first one has diverged; nil for only NaN and infinity.
  public var divergenceFactor: Double? = 1e4

  /// The batches between two points of `history.curve`.
  public let curveInterval = 100

  private var stopRequested = false

  /// Where a run stands.
  struct Position: Equatable {
    /// Epochs and, in the one under way, batches and samples done.
    var epoch = 0, batch = 0, samples = 0
    /// Samples done in the epochs before.
    var samplesBefore = 0
    /// The sum of the losses of the samples of the epoch under way, and the time it took.
    var lossSum = 0.0, seconds = 0.0
    /// The first batch's loss.
    var firstLoss: Double?
  }

  /// A trainer for a model, a loss and an optimizer of the model's parameters.
  public init(model: Module, loss: any Loss, optimizer: Optimizer) {
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
  }

  /// Ends `fit` after the step under way. What is done so far stays, and can be saved and continued.
  public func stop() { stopRequested = true }

  /// Whether `stop()` ended the last `fit`.
  public var wasStopped: Bool { stopRequested }

  /// The number of whole epochs done.
  public var completedEpochs: Int { position.epoch }

  // MARK: Training

  /// Trains until `epochs` epochs are done, those of a resumed checkpoint among them.
  ///
  /// - Returns: the history.
  /// - Throws: `DescentError` of code `nonFinite` when the loss diverges; what callbacks and the optimizer throw.
  @discardableResult
  public func fit<Training: Dataset, Validation: Dataset>(
    _ loader: DataLoader<Training>, validation: DataLoader<Validation>?, epochs: Int,
    callbacks: [any TrainingCallback] = []
  ) throws(DescentError) -> History {
    stopRequested = false
    var failure: DescentError?
    do throws(DescentError) {
      try prepare(loader)
      for callback in callbacks { try callback.trainingWillBegin(self) }
      while position.epoch < epochs && !stopRequested {
        try runEpoch(loader, validation, epochs, callbacks)
      }
      if stopRequested {
        for callback in callbacks { try callback.trainingDidStop(self) }
      }
    } catch {
      failure = error
    }
    for callback in callbacks { callback.trainingDidEnd(self, error: failure) }
    if let failure { throw failure }
    return history
  }

  /// Trains without a validation set.
  @discardableResult
  public func fit<Training: Dataset>(
    _ loader: DataLoader<Training>, epochs: Int, callbacks: [any TrainingCallback] = []
  ) throws(DescentError) -> History {
    try fit(loader, validation: DataLoader<Training>?.none, epochs: epochs, callbacks: callbacks)
  }

  private func prepare<Source: Dataset>(_ loader: DataLoader<Source>) throws(DescentError) {
    guard loader.batchCount > 0 else {
      throw DescentError(
        .invalidArgument,
        "the training set has no batch: \(loader.dataset.count) samples in batches of \(loader.batchSize)")
    }
    guard let state = restoredLoaderState else { return }
    restoredLoaderState = nil
    guard loader.restoreGenerator(state) else {
      throw DescentError(
        .mismatch, "the checkpoint's random order does not fit this loader, which has no seed")
    }
  }

  private func runEpoch<Training: Dataset, Validation: Dataset>(
    _ loader: DataLoader<Training>, _ validation: DataLoader<Validation>?, _ epochs: Int,
    _ callbacks: [any TrainingCallback]
  ) throws(DescentError) {
    model.train()
    loaderState = loader.generatorState
    var batches = loader.makeIterator()
    batches.skip(position.batch)
    let clock = ContinuousClock()
    let start = clock.now
    let (before, samplesBefore) = (position.seconds, position.samples)
    while !stopRequested, let batch = batches.next() {
      let value = try step(batch)
      position.seconds = before + (clock.now - start).seconds
      let progress = TrainingProgress(
        epoch: position.epoch + 1, epochs: epochs, batch: position.batch, batches: loader.batchCount,
        samples: position.samples, samplesInEpoch: loader.dataset.count, loss: value,
        meanLoss: position.lossSum / Double(position.samples), seconds: position.seconds,
        rate: Double(position.samples - samplesBefore) / max(position.seconds - before, 1e-9))
      for callback in callbacks { try callback.batchDidEnd(progress, self) }
    }
    guard position.batch == loader.batchCount else { return }
    let evaluation = try validation.map { loader throws(DescentError) in try evaluate(loader) }
    let record = EpochRecord(
      epoch: position.epoch + 1, trainLoss: position.lossSum / Double(position.samples),
      testLoss: evaluation?.loss, testAccuracy: evaluation?.accuracy, seconds: position.seconds)
    history.epochs.append(record)
    position = Position(
      epoch: position.epoch + 1, samplesBefore: position.samplesBefore + position.samples,
      firstLoss: position.firstLoss)
    loaderState = loader.generatorState
    for callback in callbacks { try callback.epochDidEnd(record, self) }
  }

  /// One step; the batch's loss.
  private func step(_ batch: Batch) throws(DescentError) -> Double {
    let value = try optimizer.needsClosure ? minimize(batch) : descend(batch)
    if position.batch % curveInterval == 0 {
      history.curve.append(
        CurvePoint(samples: position.samplesBefore + position.samples + batch.count, loss: value))
    }
    position.batch += 1
    position.samples += batch.count
    position.lossSum += value * Double(batch.count)
    return value
  }

  private func descend(_ batch: Batch) throws(DescentError) -> Double {
    let loss = loss(model(batch.inputs), batch.targets)
    let value = loss.item()
    try checkDivergence(value)
    loss.backward()
    try optimizer.step()
    optimizer.zeroGrad()
    return value
  }

  /// A step of an optimizer that evaluates the loss itself, several times.
  private func minimize(_ batch: Batch) throws(DescentError) -> Double {
    var first: Double?
    try optimizer.step { () throws(DescentError) in
      optimizer.zeroGrad()
      let loss = loss(model(batch.inputs), batch.targets)
      if first == nil {
        first = loss.item()
        try checkDivergence(loss.item())
      }
      loss.backward()
      return loss
    }
    return first ?? .nan
  }

  /// The batch's loss is looked at before the step, so that a bad one never reaches the parameters.
  private func checkDivergence(_ value: Double) throws(DescentError) {
    let first = position.firstLoss ?? value
    position.firstLoss = first
    let limit = divergenceFactor.map { $0 * max(abs(first), 1e-3) } ?? .infinity
    guard value.isFinite && abs(value) <= limit else {
      throw DescentError(
        .nonFinite,
        "training diverged: the loss is \(value) at batch \(position.batch + 1) of epoch \(position.epoch + 1), it was \(first) at first. Lower the learning rate, or clip the gradients."
      )
    }
  }

  // MARK: Evaluation

  /// What a model does on a data set.
  public struct Evaluation: Sendable {
    /// The mean loss of a sample.
    public let loss: Double
    /// The share of samples whose largest output is at the target class; nil where targets are no classes.
    public let accuracy: Double?
  }

  /// Measures the model without training it.
  ///
  /// - Throws: `DescentError` if the loader has no batch.
  public func evaluate<Source: Dataset>(_ loader: DataLoader<Source>) throws(DescentError) -> Evaluation {
    try optimizer.withEvaluationWeights { () throws(DescentError) in
      try Self.evaluate(model, loss, on: loader)
    }
  }

  /// Measures any model by a loss, without a trainer.
  ///
  /// - Throws: `DescentError` if the loader has no batch.
  public static func evaluate<Source: Dataset>(
    _ model: Module, _ loss: any Loss, on loader: DataLoader<Source>
  ) throws(DescentError) -> Evaluation {
    let wasTraining = model.isTraining
    model.eval()
    defer { if wasTraining { model.train() } }
    var (samples, lossSum, correct) = (0, 0.0, 0)
    var hasClasses = false
    noGrad {
      for batch in loader {
        let prediction = model(batch.inputs)
        lossSum += loss(prediction, batch.targets).item() * Double(batch.count)
        samples += batch.count
        guard batch.targets.dtype == .int64 else { continue }
        hasClasses = true
        correct += Int((prediction.argmax() .== batch.targets).sum().item())
      }
    }
    guard samples > 0 else { throw DescentError(.invalidArgument, "the set to evaluate on is empty") }
    return Evaluation(
      loss: lossSum / Double(samples), accuracy: hasClasses ? Double(correct) / Double(samples) : nil)
  }
}

extension Duration {
  /// As a number of seconds.
  public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
