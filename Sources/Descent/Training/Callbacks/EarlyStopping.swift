/// Ends a run whose epochs get no better.
///
///     EarlyStopping(patience: 10)                                  // of the validation loss
///     EarlyStopping(Monitor("validation_accuracy"), patience: 5, minDelta: 0.001)
///
/// At the run's end the model has the weights of its best epoch. A checkpoint's `model.safetensors` always has those, and
/// `state.safetensors` the last ones too: a run that goes on does so from where it stood.
public final class EarlyStopping: CheckpointedCallback, KeepsSteppedWeights {
  /// What the epochs are judged by.
  public let monitor: Monitor
  /// How many epochs in a row may be no better than the best one.
  public let patience: Int
  /// By how much an epoch must be better to count as such.
  public let minDelta: Double
  /// Whether the best epoch's weights are put back at the end.
  public let restoresBest: Bool
  /// The best epoch, from 1, and its number; 0 and NaN before the first.
  public private(set) var bestEpoch = 0, bestValue = Double.nan
  /// "early_stopping".
  public let stateName = "early_stopping"
  private var waited = 0
  private var bestWeights: [String: Tensor]?

  /// Waits for `patience` epochs that are not better by more than `minDelta`.
  public init(
    _ monitor: Monitor = Monitor(), patience: Int = 5, minDelta: Double = 0, restoresBest: Bool = true
  ) {
    (self.monitor, self.patience, self.minDelta) = (monitor, patience, minDelta)
    self.restoresBest = restoresBest
  }

  /// Checks the numbers; ends at once a run that was to end when it was saved.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard patience >= 1, minDelta >= 0, minDelta.isFinite else {
      throw DescentError(
        .invalidArgument,
        "EarlyStopping: patience is \(patience), must be at least 1; minDelta is \(minDelta), must not be negative"
      )
    }
    stopIfDone(trainer)
  }

  /// Judges the epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    let value = try monitor.value(of: record)
    if monitor.isBetter(value, than: bestValue, by: minDelta, in: trainer) {
      (bestValue, bestEpoch, waited) = (value, record.epoch, 0)
      guard restoresBest else { return }
      bestWeights = try trainer.withWeights(for: .evaluation) { () throws(DescentError) in
        trainer.model.stateToSave.mapValues { $0.clone() }
      }
    } else {
      waited += 1
      stopIfDone(trainer)
    }
  }

  private func stopIfDone(_ trainer: Trainer) {
    guard waited >= patience else { return }
    let best = bestEpoch > 0 ? "; the best was \(bestValue) in epoch \(bestEpoch)" : ""
    trainer.stop("\(monitor.name) has not improved for \(waited) epoch\(waited == 1 ? "" : "s")\(best)")
  }

  /// The best weights are those to use.
  public func weights(for use: WeightUse, _ trainer: Trainer) -> [String: Tensor]? {
    use == .export ? bestWeights : nil
  }

  /// Puts the best weights back, unless the run failed or is to go on.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    guard error == nil, let bestWeights, !trainer.wasStopped || waited >= patience else { return }
    _ = try? trainer.model.load(bestWeights)
  }

  /// The best epoch, its number and weights, and the epochs since.
  public var stateDict: [String: Tensor] {
    var state = [
      "best": Tensor([bestValue]), "epochs": Tensor([Int64(bestEpoch), Int64(waited)]),
    ]
    for (name, tensor) in bestWeights ?? [:] { state["weights.\(name)"] = tensor }
    return state
  }

  /// Goes on from them.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    let saved = SavedNumbers(state)
    let epochs = try saved.whole("epochs", count: 2, in: 0...SavedNumbers.most)
    bestValue = try saved.real("best", count: 1)[0]
    (bestEpoch, waited) = (Int(epochs[0]), Int(epochs[1]))
    let weights = state.part("weights.")
    if !weights.isEmpty {
      try StateDifferences.check(weights, fits: trainer.model, "the best weights do")
    }
    bestWeights = restoresBest && !weights.isEmpty ? weights : nil
  }
}
