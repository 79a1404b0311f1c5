/// Trains a model: forward, loss, backward, step, over batches and epochs.
///
///     let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer)
///     try trainer.fit(
///       loader, validation: other, epochs: 10, metrics: [Accuracy()], callbacks: [ProgressBar()])
public final class Trainer {
  /// What is trained.
  public let model: Module
  /// What is minimized.
  public let loss: any Loss
  /// What makes the steps; it holds the parameters, their gradients and its own state.
  public let optimizer: Optimizer
  /// What the run has shown so far.
  public internal(set) var history = History()
  /// The callbacks of the `fit` under way.
  public internal(set) var callbacks: [any TrainingCallback] = []
  /// The metrics of the last `fit`, with the batches of the epoch under way.
  public internal(set) var metrics: [any Metric] = []

  /// A run whose loss exceeds this many times its first one has diverged; nil for only NaN and infinity.
  public var divergenceFactor: Double? = 1e4

  /// The batches between two points of `history.curve`.
  public let curveInterval = 100

  /// What to do about a run that diverges, as its error says it.
  public var divergenceAdvice =
    "Lower the learning rate, or clip the gradients (Optimizer.setClipping)."

  /// Where the run stands; saved in checkpoints.
  var position = Position()
  /// What the order of the epoch under way, or of the next one, follows from.
  var loaderState: LoaderState?
  /// Whether the next epoch begins with that, and not with where the loader has got to since.
  var rewindsLoader = false
  /// What callbacks have asked for.
  var wishes = Wishes()
  /// What a checkpoint had of callbacks and metrics, until `fit` hands it to them.
  var pending: [String: [String: Tensor]] = [:]
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
    /// Of the samples of the epoch under way those that were not passed over.
    var counted = 0
    /// The optimizer's steps so far.
    var updates = 0
    /// The sum of the losses of the samples of the epoch under way, and the time it took.
    var lossSum = 0.0, seconds = 0.0
    /// The first batch's loss.
    var firstLoss: Double?

    /// The mean loss of the epoch so far.
    var meanLoss: Double { lossSum / Double(counted) }

    /// The next epoch's beginning.
    func nextEpoch() -> Position {
      Position(
        epoch: epoch + 1, samplesBefore: samplesBefore + samples, updates: updates, firstLoss: firstLoss)
    }
  }

  /// What callbacks ask for, until it is done.
  struct Wishes {
    var stopReason: String?
    var endsEpoch = false
    var skipsBatch = false
    /// Whether the run was put back to an earlier state: the epoch under way is another one.
    var wentBack = false
    /// What the batch's loss is multiplied by for its gradient, and whether a step follows.
    var weight: Double?
    var updates = true

    mutating func beginBatch() {
      (skipsBatch, wentBack, weight, updates) = (false, false, nil, true)
    }
  }

  /// A trainer for a model, a loss and an optimizer of the model's parameters.
  public init(model: Module, loss: any Loss, optimizer: Optimizer) {
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
  }

  // MARK: Steering

  /// Ends `fit` after the batch under way. What is done so far stays, and can be saved and continued.
  public func stop(_ reason: String = "stopped") { wishes.stopReason = wishes.stopReason ?? reason }

  /// Ends the epoch after the batch under way, as if there were no more samples.
  public func endEpoch() { wishes.endsEpoch = true }

  /// Passes over a batch that is about to begin: there is no step, and it counts for nothing.
  public func skipBatch() { wishes.skipsBatch = true }

  /// Whether `stop()` ended the last `fit`.
  public var wasStopped: Bool { wishes.stopReason != nil }

  /// Why `stop()` ended the last `fit`; nil where it did not.
  public var stopReason: String? { wishes.stopReason }

  /// Says of a batch that is about to begin what its loss's gradient is multiplied by, and whether the optimizer's step
  /// follows: without one, the gradient waits for that of the next batch.
  public func setGradientWeight(_ weight: Double, updates: Bool) {
    (wishes.weight, wishes.updates) = (weight, updates)
  }

  // MARK: Where the run stands

  /// The samples of the epoch that are still to come; within `batchWillBegin`, the batch's among them. nil where that is not
  /// known.
  public internal(set) var samplesLeft: Int?

  /// How many epochs the `fit` under way is to have, and how many batches one has; nil where that is not known.
  public internal(set) var plannedEpochs = 0, batchesInEpoch: Int?

  /// Whether the run stands in the midst of an epoch.
  public var isInEpoch: Bool { position.samples > 0 }

  /// The number of whole epochs done.
  public var completedEpochs: Int { position.epoch }

  /// The number of the optimizer's steps done.
  public var steps: Int { position.updates }

  /// The rate of the optimizer's first group; NaN for a rule that has none.
  public var learningRate: Double { (try? optimizer.option("lr")) ?? .nan }

  /// The metrics of the training part of the epoch under way so far, in the order in which they were given.
  public var runningMetrics: [(name: String, value: Double)] { metrics.map { ($0.name, $0.value) } }
}
