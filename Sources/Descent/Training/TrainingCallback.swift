/// Watches a training run, and steers it: `fit` calls each of its callbacks at each event, in their order.
///
///     fit       trainingWillBegin ... trainingWillEnd, trainingDidEnd
///     epoch       epochWillBegin ... epochDidEnd, stateIsWhole(.epoch)
///     batch         batchWillBegin ... batchDidEnd, stateIsWhole(.batch)
///     update          updateWillBegin, updateDidEnd
///     validation    validationWillBegin, validationDidEnd
///
/// A callback ends the batch, the epoch or the run by `trainer.skipBatch()`, `endEpoch()` and `stop()`. All methods have
/// defaults that do nothing; an error from one ends the run. State that is to survive an interruption makes it a
/// `CheckpointedCallback`.
public protocol TrainingCallback: AnyObject {
  /// Before the first batch, with the state of a resumed run in place.
  func trainingWillBegin(_ trainer: Trainer) throws(DescentError)
  /// Before an epoch's first batch; not where an epoch goes on.
  func epochWillBegin(_ trainer: Trainer) throws(DescentError)
  /// Before a batch is computed: `trainer.skipBatch()` passes over it.
  func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError)
  /// Before the optimizer's step: the gradients are there, and may be changed.
  func updateWillBegin(_ trainer: Trainer) throws(DescentError)
  /// After the optimizer's step.
  func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError)
  /// Whether `updateDidEnd` may change the weights that the step has left. `false` promises that it does not, and that it
  /// neither reads an average nor evaluates or saves the model: a `WeightAveraging` that comes later then has the step itself
  /// take the weights in, and its average is whole only after its turn. The default is `true`, which is always right;
  /// `KeepsSteppedWeights` makes it `false`.
  var changesSteppedWeights: Bool { get }
  /// After a batch, whether it came to a step or not; not after one that was passed over.
  func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError)
  /// A batch's loss or gradients were not finite, or too large. No step was taken; but buffers, as running statistics, may
  /// have the batch in them.
  ///
  /// - Returns: whether something was done about it: the batch is passed over then. Otherwise the run ends with the error.
  func batchDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool
  /// What the steps so far have left is not finite, or gives a loss that is too large, as is found where it is to be saved.
  ///
  /// - Returns: whether the run was put back to an earlier state. Otherwise it ends with the error.
  func stateDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool
  /// Before the model is measured on the validation set.
  func validationWillBegin(_ trainer: Trainer) throws(DescentError)
  /// After that.
  func validationDidEnd(_ evaluation: Trainer.Evaluation, _ trainer: Trainer) throws(DescentError)
  /// After each epoch and its validation; the record is already in `trainer.history`.
  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError)
  /// After a batch or an epoch, when every callback is done with it: what is saved here can be gone on from.
  func stateIsWhole(_ place: SavePlace, _ trainer: Trainer) throws(DescentError)
  /// Before the end of a run that did not fail: its epochs are done, or it was stopped.
  func trainingWillEnd(_ trainer: Trainer) throws(DescentError)
  /// At the end, also of a run that failed; `error` says why.
  func trainingDidEnd(_ trainer: Trainer, error: DescentError?)
  /// The model's parameters and buffers to evaluate or save it with, in place of those that are trained; nil for these.
  func weights(for use: WeightUse, _ trainer: Trainer) -> [String: Tensor]?
}

/// Where a run's state is whole.
public enum SavePlace: Sendable {
  /// Between two batches of an epoch, or after the last one and before its validation.
  case batch
  /// Between two epochs.
  case epoch
}

/// What a model's weights are wanted for.
public enum WeightUse: Sendable {
  /// The validation.
  case evaluation
  /// The file for whoever uses the model.
  case export
}

extension TrainingCallback {
  /// Before the first batch.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {}
  /// Before an epoch.
  public func epochWillBegin(_ trainer: Trainer) throws(DescentError) {}
  /// Before a batch.
  public func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {}
  /// Before the optimizer's step.
  public func updateWillBegin(_ trainer: Trainer) throws(DescentError) {}
  /// After the optimizer's step.
  public func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {}
  /// It may.
  public var changesSteppedWeights: Bool { true }
  /// After a batch.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {}
  /// Nothing is done about it.
  public func batchDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    false
  }
  /// Nothing is done about it.
  public func stateDidDiverge(_ error: DescentError, _ trainer: Trainer) throws(DescentError) -> Bool {
    false
  }
  /// Before a validation.
  public func validationWillBegin(_ trainer: Trainer) throws(DescentError) {}
  /// After a validation.
  public func validationDidEnd(_ evaluation: Trainer.Evaluation, _ trainer: Trainer) throws(DescentError) {}
  /// After an epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {}
  /// Where the state is whole.
  public func stateIsWhole(_ place: SavePlace, _ trainer: Trainer) throws(DescentError) {}
  /// Before the end.
  public func trainingWillEnd(_ trainer: Trainer) throws(DescentError) {}
  /// At the end.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {}
  /// Those that are trained.
  public func weights(for use: WeightUse, _ trainer: Trainer) -> [String: Tensor]? { nil }
}

/// A callback that gives the promise of `changesSteppedWeights`: most do, as few have an `updateDidEnd`.
///
/// A subclass of a callback that does not give it cannot: it has its `changesSteppedWeights` from there.
public protocol KeepsSteppedWeights: TrainingCallback {}

extension KeepsSteppedWeights {
  /// The weights stay the step's.
  public var changesSteppedWeights: Bool { false }
}

/// A callback whose state goes into checkpoints, so that a resumed run goes on as if it had not stopped.
public protocol CheckpointedCallback: TrainingCallback {
  /// What its state is called there. Several of one name are told apart by their order.
  var stateName: String { get }
  /// Its state between two batches.
  var stateDict: [String: Tensor] { get }
  /// Goes on from a state that `stateDict` gave. It comes from a file, which may say anything.
  ///
  /// - Throws: `DescentError` of code `mismatch` for what cannot be its state.
  func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError)
}
