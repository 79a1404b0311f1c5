import CDescent

/// Finds out which learning rates a model takes: raises the rate with every step, from a very small one on, until the loss
/// explodes. Source: Smith 2017, arXiv:1506.01186.
///
///     let test = LearningRateRangeTest()
///     try trainer.fit(loader, epochs: .max, callbacks: [test])
///     print(test.suggestion ?? .nan)
///
/// It ends the run, and puts the model's weights and the rate back as they were; the optimizer's state, the place in the
/// epoch and the history are those of the test: train with a trainer of its own.
public final class LearningRateRangeTest: KeepsSteppedWeights {
  /// A rate, and the loss at it.
  public struct Point: Sendable {
    /// The rate of the step.
    public let learningRate: Double
    /// The smoothed loss before it.
    public let loss: Double
    /// The loss of the step's own samples before it.
    public let rawLoss: Double
  }

  /// The first and the last rate, and the steps from one to the other.
  public let first: Double, last: Double, steps: Int
  /// How many times the least loss ends the test.
  public let explosion: Double
  private let smoothing: Double
  private var losses: [Double] = []
  private var rates: [Double] = []
  private var weights: [String: Tensor] = [:]
  private var options: [Double] = []
  private var factor: Double?
  /// The losses of the batches that the step under way is of, and how many they are; whether it was taken.
  private var (sum, batches, hasStepped) = (0.0, 0, false)

  /// A test of rates from `first` to `last`.
  public init(
    from first: Double = 1e-7, to last: Double = 10, steps: Int = 100, smoothing: Double = 0.9,
    explosion: Double = 4
  ) {
    (self.first, self.last, self.steps) = (first, last, steps)
    (self.smoothing, self.explosion) = (smoothing, explosion)
  }

  // MARK: Results

  /// The smoothed loss against the rate, as far as the test went.
  public var curve: [Point] {
    guard (0..<1).contains(smoothing) else { return [] }
    var smoothed = losses
    require(dsc_smooth(losses.count, smoothing, losses, &smoothed))
    return losses.indices.map { Point(learningRate: rates[$0], loss: smoothed[$0], rawLoss: losses[$0]) }
  }

  /// A tenth of the rate at which the smoothed loss is least, where it still falls well; nil where it falls nowhere.
  public var suggestion: Double? {
    let before = untilLeast
    return before.count > 1 ? before.last.map { $0.learningRate / 10 } : nil
  }

  /// The curve up to where the smoothed loss is least: what follows explodes.
  public var untilLeast: [Point] {
    let curve = curve
    let least = curve.indices.min { curve[$0].loss < curve[$1].loss }
    return Array(curve.prefix(least.map { $0 + 1 } ?? 0))
  }

  // MARK: Events

  /// Remembers what is to be put back.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard steps >= 2, 0 < first, first < last, last.isFinite, (0..<1).contains(smoothing), explosion > 1
    else {
      throw DescentError(
        .invalidArgument,
        "LearningRateRangeTest: rates from \(first) to \(last) in \(steps) steps; they must rise from above 0 in at least 2 steps, with smoothing in [0, 1) and an explosion above 1"
      )
    }
    rates = [Double](repeating: 0, count: steps)
    try check(dsc_geometric(steps, first, last, &rates))
    losses = []
    (sum, batches, hasStepped) = (0, 0, false)
    weights = trainer.model.stateToSave.mapValues { $0.clone() }
    options = []
    for group in trainer.optimizer.rules.indices {
      options.append(try trainer.optimizer.option("lr", group: group))
    }
    (factor, trainer.divergenceFactor) = (trainer.divergenceFactor, nil)
  }

  /// Sets the step's rate.
  public func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
    guard losses.count < steps else { return trainer.skipBatch() }
    for group in trainer.optimizer.rules.indices {
      try trainer.optimizer.setOptions(["lr": rates[losses.count]], group: group)
    }
  }

  /// Notes that the batch is its step's last.
  public func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
    hasStepped = true
  }

  /// Notes the loss.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    (sum, batches) = (sum + progress.loss, batches + 1)
    guard hasStepped else { return }
    losses.append(sum / Double(batches))
    (sum, batches, hasStepped) = (0, 0, false)
    let smoothed = curve.map(\.loss)
    if losses.count == steps || smoothed.last! > explosion * smoothed.min()! { end(trainer) }
  }

  /// A loss that is no number any more ends the test.
  public func batchDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    end(trainer)
    return true
  }

  private func end(_ trainer: Trainer) {
    trainer.stop("the range test is done")
    // What the last steps left may be no numbers.
    putBack(trainer)
    trainer.unverified = nil
  }

  /// Puts weights and rates back.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    if let factor { trainer.divergenceFactor = factor }
    guard !weights.isEmpty else { return }
    putBack(trainer)
    for (group, rate) in options.enumerated() {
      try? trainer.optimizer.setOptions(["lr": rate], group: group)
    }
  }

  private func putBack(_ trainer: Trainer) { _ = try? trainer.model.load(weights) }
}
