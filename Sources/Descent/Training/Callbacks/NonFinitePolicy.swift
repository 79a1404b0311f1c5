/// What becomes of a run whose loss or gradients are not finite, or whose loss is far above the first one. Without a policy
/// it ends with the error.
public final class NonFinitePolicy: CheckpointedCallback, KeepsSteppedWeights {
  /// What is done.
  public enum Action {
    /// The batch is passed over. After `limit` batches in a row that had to be, the run ends with the error.
    case skipBatch(limit: Int = 10)
    /// The run goes back to the last checkpoint, and on from there with `factor` times the learning rate. After `limit`
    /// times it ends with the error.
    case goBack(to: CheckpointCallback, factor: Double = 0.5, limit: Int = 3)
  }

  /// What is done.
  public let action: Action
  /// How many batches were passed over, and how many times the run went back.
  public private(set) var skipped = 0, timesBack = 0
  /// "non_finite_policy".
  public let stateName = "non_finite_policy"
  private var inARow = 0
  private var timesBackWhenSaved = 0
  private var guardBefore = NonFiniteGuard.propagate
  private var buffers: [(buffer: Tensor, before: Tensor)] = []

  /// A policy.
  public init(_ action: Action) { self.action = action }

  /// Has the optimizer refuse gradients that are not finite.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    switch action {
    case .skipBatch(let limit):
      guard limit >= 1 else {
        throw DescentError(.invalidArgument, "NonFinitePolicy: the limit is \(limit), must be at least 1")
      }
    case .goBack(_, let factor, let limit):
      guard limit >= 1, factor > 0, factor < 1 else {
        throw DescentError(
          .invalidArgument,
          "NonFinitePolicy: the factor is \(factor), must be in (0, 1); the limit is \(limit), must be at least 1"
        )
      }
    }
    if case .skipBatch = action {
      buffers = trainer.model.namedBuffers.map { ($0.buffer, $0.buffer.clone()) }
    }
    guardBefore = trainer.optimizer.nonFiniteGuard
    trainer.optimizer.setGuard(.stop)
  }

  /// Puts the optimizer's own guard back.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    trainer.optimizer.setGuard(guardBefore)
  }

  /// Does what is to be done.
  public func batchDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    switch action {
    case .skipBatch(let limit):
      guard inARow < limit else { return false }
      (inARow, skipped) = (inARow + 1, skipped + 1)
      for (buffer, before) in buffers { buffer.copy(from: before) }
      return true
    case .goBack: return try goBack(trainer)
    }
  }

  /// Goes back, if that is what is to be done.
  public func stateDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    try goBack(trainer)
  }

  private func goBack(_ trainer: Trainer) throws(DescentError) -> Bool {
    guard case .goBack(let checkpoints, let factor, let limit) = action, timesBack < limit else {
      return false
    }
    let times = timesBack + 1
    try checkpoints.goBack(trainer)
    // What was loaded is the state at the checkpoint.
    for _ in timesBackWhenSaved..<times { try trainer.scaleLearningRate(by: factor) }
    timesBack = times
    return true
  }

  /// Remembers the buffers: a batch that is passed over must not stay in running statistics.
  public func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
    for (buffer, before) in buffers { before.copy(from: buffer) }
  }

  /// A batch that went well ends a row of others.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    inARow = 0
  }

  /// The counts.
  public var stateDict: [String: Tensor] {
    ["counts": Tensor([skipped, inARow, timesBack].map(Int64.init))]
  }

  /// Goes on from them.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    let counts = try SavedNumbers(state).whole("counts", count: 3, in: 0...SavedNumbers.most).map(Int.init)
    (skipped, inARow, timesBack) = (counts[0], counts[1], counts[2])
    timesBackWhenSaved = timesBack
  }
}

extension Trainer {
  /// Multiplies the rates of all groups, and those that schedules give from now on.
  func scaleLearningRate(by factor: Double) throws(DescentError) {
    // What has a schedule follows that, which knows its base.
    for group in optimizer.rules.indices {
      try optimizer.setOptions(["lr": optimizer.option("lr", group: group) * factor], group: group)
    }
    for case let callback as ScheduleCallback in callbacks { try callback.scaleLearningRate(by: factor) }
  }
}
