/// Keeps a running average of the weights, and has the model evaluated and saved with it.
///
///     WeightAveraging(.exponential(decay: 0.999))                       // EMA, after every step
///     WeightAveraging(.equal, every: .epochs(1), from: .epochs(10))     // SWA: Izmailov et al. 2018, arXiv:1803.05407
///     WeightAveraging(.equal, every: .epochs(1), batchNorm: loader)     // for models with batch normalization
///
/// The model itself goes on with the weights that are trained; `apply(to:)` gives it the averages.
///
/// A decay is that of each time the weights are taken in: `every: .steps(10)` with a decay of 0.99 looks about as far back
/// as every step with 0.999, at a tenth of the cost. An average by steps is updated in the optimizer's own pass, with the
/// same bits as by a pass of its own, which it takes where hooks come after the step, where callbacks before this one may
/// change the weights (`changesSteppedWeights`), and for a second average. Where a callback before this one throws from
/// `updateDidEnd`, the average has the step that the optimizer's pass took in; its own pass would not have come to it.
public final class WeightAveraging: CheckpointedCallback, KeepsSteppedWeights {
  /// How weights are averaged.
  public let averaging: AveragedModel.Averaging
  /// Whether buffers are averaged too; otherwise they are the last ones.
  public let usesBuffers: Bool
  /// Whether the validation and what is saved for use have the averages.
  public let isEvaluated: Bool
  /// How many times weights have been averaged.
  public private(set) var count = 0
  /// "weight_averaging".
  public let stateName = "weight_averaging"

  /// What batch normalizations see the averages' statistics on.
  private let batchNorm: (any BatchSource)?
  /// What they have seen, where the averages are those that it was computed for.
  private var statistics: [String: Tensor] = [:]
  private let interval: TrainingInterval
  private let begin: TrainingInterval
  private var averages: [String: Tensor] = [:]
  private var pairing: AveragePairing?
  /// Whether the weights are the step's when it is this callback's turn.
  private var seesStep = false

  /// An average.
  ///
  /// - Parameters:
  ///   - every: how often the weights are taken in: `.steps` or `.epochs`.
  ///   - from: how many steps or epochs come before.
  ///   - batchNorm: what the running statistics of batch normalizations are computed on when the last epoch is over, by
  ///     `updateBatchNorm`: the averages' are not those of any model that was trained. nil: they stay the last model's.
  /// - Precondition: a decay lies in [0, 1].
  public init(
    _ averaging: AveragedModel.Averaging, every: TrainingInterval = .steps(1),
    from: TrainingInterval = .steps(0),
    usesBuffers: Bool = false, isEvaluated: Bool = true, batchNorm: (any BatchSource)? = nil
  ) {
    averaging.demandSound()
    (self.averaging, interval, begin) = (averaging, every, from)
    (self.usesBuffers, self.isEvaluated, self.batchNorm) = (usesBuffers, isEvaluated, batchNorm)
  }

  // MARK: Events

  /// Makes room for the averages.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    try interval.check("WeightAveraging(every:)")
    if case .seconds = interval { throw Self.seconds }
    if case .seconds = begin { throw Self.seconds }
    pair(with: trainer)
    let before = trainer.callbacks.prefix { $0 !== self }
    // The trainer completes only averages that it knows: see `complete`.
    seesStep = before.count < trainer.callbacks.count && before.allSatisfy { !$0.changesSteppedWeights }
  }

  /// Has the step take the weights in itself, if it can.
  public func updateWillBegin(_ trainer: Trainer) throws(DescentError) {
    if let pairing, seesStep, isTurn(after: trainer.steps + 1, trainer) {
      trainer.optimizer.offer(pairing, weight: weight)
    }
  }

  /// Takes the weights in after a step, or what the step has left of them.
  public func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
    if isTurn(after: trainer.steps, trainer) { add() }
  }

  /// Completes an average that the last step began, where a callback before this one threw.
  func complete() {
    if let pairing, pairing.isTaken { add() }
  }

  /// Takes back what it has offered to a step that never came.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    if let pairing { trainer.optimizer.withdraw(pairing) }
  }

  /// Takes the weights in after an epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    if case .epochs(let epochs) = interval, hasBegun(after: trainer.steps, trainer),
      record.epoch % epochs == 0
    {
      add()
    }
    if let batchNorm, count > 0, record.epoch == trainer.plannedEpochs { try update(trainer, on: batchNorm) }
  }

  /// The pass draws numbers, and may go over the data that is trained on: a run that goes on must not see that.
  private func update(_ trainer: Trainer, on loader: any BatchSource) throws(DescentError) {
    let (trained, place) = (trainer.model.stateToSave.mapValues { $0.clone() }, loader.state)
    let (stream, generator) = (Context.stream, Generator.default.serialized)
    try trainer.model.load(averages)
    defer {
      trainer.put(trained)
      loader.restore(place)
      Context.stream = stream
      Generator.default.restore(generator)
    }
    try updateBatchNorm(trainer.model, loader)
    let names = trainer.model.namedBuffers.map(\.name)
    statistics = trainer.model.stateToSave.filter { names.contains($0.key) }.mapValues { $0.clone() }
  }

  private static let seconds = DescentError(
    .invalidArgument,
    "WeightAveraging goes by steps or epochs, not by seconds: a run must not depend on the clock")

  private func hasBegun(after steps: Int, _ trainer: Trainer) -> Bool {
    switch begin {
    case .epochs(let count): trainer.completedEpochs >= count
    case .steps(let count): steps > count
    case .seconds: false
    }
  }

  /// Whether the weights are taken in after so many steps of the run.
  private func isTurn(after steps: Int, _ trainer: Trainer) -> Bool {
    guard case .steps(let every) = interval else { return false }
    return hasBegun(after: steps, trainer) && steps % every == 0
  }

  private var weight: Double { count == 0 ? 1 : averaging.weight(count) }

  private func add() {
    pairing?.average(weight)
    count += 1
    statistics = [:]
  }

  private func pair(with trainer: Trainer) {
    // A run that goes back may leave an offer, which would stand in the way of the next.
    if let pairing { trainer.optimizer.withdraw(pairing) }
    if averages.isEmpty { averages = trainer.model.stateToSave.mapValues { $0.clone() } }
    pairing = AveragePairing(averages, trainer.model, averagesBuffers: usesBuffers)
  }

  // MARK: Use

  /// The averages, by the names of the model's state; nil before the first.
  public var averagedState: [String: Tensor]? { count > 0 ? averages.merging(statistics) { $1 } : nil }

  /// Gives a model the averages as its weights. Before the first there is nothing to give.
  ///
  /// - Throws: `DescentError` of code `mismatch` for a model of another architecture.
  public func apply(to model: Module) throws(DescentError) {
    if let averagedState { try model.load(averagedState) }
  }

  /// The averages are those to use.
  public func weights(for use: WeightUse, _ trainer: Trainer) -> [String: Tensor]? {
    use == .evaluation && isEvaluated ? averagedState : nil
  }

  /// The averages and their count.
  public var stateDict: [String: Tensor] {
    var state = ["count": Tensor([Int64(count)])]
    if count > 0 { for (name, tensor) in averages { state["average.\(name)"] = tensor } }
    for (name, tensor) in statistics { state["statistics.\(name)"] = tensor }
    return state
  }

  /// Goes on from them.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    let saved = try SavedNumbers(state).whole("count", count: 1, in: 0...SavedNumbers.most)
    let loaded = state.part("average.")
    if saved[0] > 0 {
      let own = state.part("statistics.")
      try StateDifferences.check(loaded, fits: trainer.model, "the averages do")
      try StateDifferences.check(
        loaded.merging(own) { $1 }, fits: trainer.model, "the averages' statistics do")
      (averages, statistics) = (loaded, own)
    } else {
      (averages, statistics) = ([:], [:])
    }
    count = Int(saved[0])
    pair(with: trainer)
  }
}
