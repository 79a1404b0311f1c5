/// Trains a model: forward, loss, backward, step, over batches and epochs.
///
///     let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer)
///     try trainer.fit(loader, validation: testLoader, epochs: 10, callbacks: [ProgressBar()])
public final class Trainer {
  /// What is trained.
  public let model: Module
  /// What is minimized.
  public let loss: any Loss
  /// What makes the steps; it holds the parameters, their gradients and its own state.
  public let optimizer: Optimizer
  /// What the run has shown so far.
  public internal(set) var history = History()
  /// Where the run stands; saved in checkpoints.
  var position = Position()
  /// What the order of the epoch under way, or of the next one, follows from.
  var loaderState: LoaderState?
  /// Whether the next epoch begins with that, and not with where the loader has got to since.
  var rewindsLoader = false

  /// A run whose loss exceeds this many times its first one has diverged; nil for only NaN and infinity.
  public var divergenceFactor: Double? = 1e4

  /// The batches between two points of `history.curve`.
  public let curveInterval = 100

  /// What to do about a run that diverges, as its error says it.
  public var divergenceAdvice =
    "Lower the learning rate, or clip the gradients (Optimizer.setClipping)."

  private var stopRequested = false
  /// The last step; nil once the parameters that it left were found to be sound.
  var unverified: Step?

  /// A step taken: on which batch, where in the run.
  struct Step {
    let batch: Batch
    let epoch: Int, number: Int
  }

  /// Where a run stands.
  struct Position: Equatable {
    /// Epochs and, in the one under way, samples done, in so many batches.
    var epoch = 0, samples = 0, batch = 0
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

  /// Whether the run stands in the midst of an epoch.
  public var isInEpoch: Bool { position.samples > 0 }

  /// The number of whole epochs done.
  public var completedEpochs: Int { position.epoch }

  // MARK: Training

  /// Trains until `epochs` epochs are done, those of a resumed checkpoint among them.
  ///
  /// An epoch that was stopped goes on at the sample where it stood, in batches of any size.
  ///
  /// - Returns: the history.
  /// - Throws: `DescentError` of code `nonFinite` when the loss diverges, and of code `mismatch` where an epoch that
  ///   was stopped cannot go on with this loader (see `obstacle(to:)`); what data, callbacks and the optimizer throw.
  @discardableResult
  public func fit(
    _ loader: any BatchSource, validation: (any BatchSource)? = nil, epochs: Int,
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
      // No step follows that would find out.
      try verify()
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
      epoch: position.epoch, samplesBefore: position.samplesBefore, firstLoss: position.firstLoss)
    history.curve.removeAll { $0.samples > position.samplesBefore }
    rewindsLoader = true
  }

  private func runEpoch(
    _ loader: any BatchSource, _ validation: (any BatchSource)?, _ epochs: Int,
    _ callbacks: [any TrainingCallback]
  ) throws(DescentError) {
    model.train()
    let size = loader.epochSize
    let batches = try loader.beginEpoch(after: position.samples)
    loaderState = batches.state
    let total = batches.remaining.map { position.batch + $0 }
    let clock = ContinuousClock()
    let start = clock.now
    let (before, samplesBefore) = (position.seconds, position.samples)
    var isOver = false
    while !stopRequested {
      guard let batch = try batches.nextBatch() else {
        isOver = true
        break
      }
      let value = try step(batch)
      position.seconds = before + (clock.now - start).seconds
      let progress = TrainingProgress(
        epoch: position.epoch + 1, epochs: epochs, batch: position.batch, batches: total,
        samples: position.samples, samplesInEpoch: size?.samples, loss: value,
        meanLoss: position.lossSum / Double(position.samples), seconds: position.seconds,
        rate: Double(position.samples - samplesBefore) / max(position.seconds - before, 1e-9))
      for callback in callbacks { try callback.batchDidEnd(progress, self) }
    }
    guard isOver || batches.remaining == 0 else { return }
    guard position.samples > 0 else {
      throw DescentError(
        .invalidArgument,
        "epoch \(position.epoch + 1) has no batch: the sequence is empty, or can be gone through once only")
    }
    let evaluation = try validation.map { loader throws(DescentError) in try evaluate(loader) }
    let record = EpochRecord(
      epoch: position.epoch + 1, trainLoss: position.lossSum / Double(position.samples),
      testLoss: evaluation?.loss, testAccuracy: evaluation?.accuracy, seconds: position.seconds)
    history.epochs.append(record)
    position = Position(
      epoch: position.epoch + 1, samplesBefore: position.samplesBefore + position.samples,
      firstLoss: position.firstLoss)
    loaderState = loader.state
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
    unverified = Step(batch: batch, epoch: position.epoch + 1, number: position.batch)
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
  /// - Throws: `DescentError` if the loader has no batch, and what the data set throws.
  public func evaluate(_ loader: any BatchSource) throws(DescentError) -> Evaluation {
    try optimizer.withEvaluationWeights { () throws(DescentError) in
      try Self.evaluate(model, loss, on: loader)
    }
  }

  /// Measures any model by a loss, without a trainer.
  ///
  /// - Throws: `DescentError` if the loader has no batch, and what the data set throws.
  public static func evaluate(
    _ model: Module, _ loss: any Loss, on loader: any BatchSource
  ) throws(DescentError) -> Evaluation {
    let wasTraining = model.isTraining
    model.eval()
    defer { if wasTraining { model.train() } }
    var (samples, lossSum, correct) = (0, 0.0, 0)
    var hasClasses = false
    try noGrad { () throws(DescentError) in
      try loader.forEachBatch { batch throws(DescentError) in
        let prediction = model(batch.inputs)
        lossSum += loss(prediction, batch.targets).item() * Double(batch.count)
        samples += batch.count
        // A class for each of the last dimension's outputs, or something else: sequences, say.
        guard batch.targets.dtype == .int64, prediction.shape.dropLast().elementsEqual(batch.targets.shape)
        else {
          return
        }
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
