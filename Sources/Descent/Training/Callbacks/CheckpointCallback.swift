/// Saves a run to a folder: at its start, as often as is wanted, and at its end. A run that fails keeps the last good
/// checkpoint.
///
///     CheckpointCallback(folder: "run", every: [.seconds(30), .epochs(1)], best: Monitor("validation_loss"))
///
/// The training waits only while the state is copied: another thread writes it. What goes wrong there is thrown at the
/// next batch or epoch, and at the end.
public final class CheckpointCallback: CheckpointedCallback, KeepsSteppedWeights {
  /// What happens to the folder when a run begins.
  public enum Start: Sendable {
    /// The start is saved, so that there always is a good checkpoint.
    case saved
    /// The folder holds the checkpoint that the trainer goes on from: that stays until there is a newer one.
    case resumed
    /// The folder holds another run's files, of these names: they stay until there is something to save in their
    /// place.
    case replaced([String])
  }

  /// The folder that the files go to; it must exist.
  public let folder: String
  /// Whether anything has been saved.
  public private(set) var hasSaved = false
  /// How often there is a save.
  public let intervals: [TrainingInterval]
  /// "checkpoint".
  public let stateName = "checkpoint"

  private let start: Start
  private let texts: [String: String]
  private let keep: Int
  private let monitor: Monitor?
  private var bestValue = Double.nan
  private let writer = BackgroundWriter()
  private let clock = ContinuousClock()
  private var lastSave = ContinuousClock.now
  private var lastSteps = 0
  /// Whether the run has gone on since the last save of all files.
  private var isBehind = false
  private var foundBest = false

  /// A callback that saves to a folder.
  ///
  /// - Parameters:
  ///   - every: how often; whatever comes first. In the midst of an epoch only `state.safetensors` is written.
  ///   - best: the epochs whose weights are saved as `best.safetensors` too: each that is better by this than all before.
  ///   - keep: how many of the last states stay besides, each under a name of its own: `Checkpoint.keptStates(in:)`.
  ///   - texts: saved with each checkpoint, by file name.
  public init(
    folder: String, every intervals: [TrainingInterval] = [.epochs(1)], best: Monitor? = nil, keep: Int = 0,
    start: Start = .saved, texts: [String: String] = [:]
  ) {
    (self.folder, self.start, self.texts) = (folder, start, texts)
    (self.intervals, self.keep, monitor) = (intervals, keep, best)
  }

  // MARK: Events

  /// Saves the run's start, if it is to be saved.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    for interval in intervals { try interval.check("CheckpointCallback(every:)") }
    (lastSave, lastSteps) = (clock.now, trainer.steps)
    if case .saved = start { try save(trainer, waits: true) }
  }

  /// Sees whether the epoch is the best one.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    guard let monitor else { return }
    let value = try monitor.value(of: record)
    guard monitor.isBetter(value, than: bestValue, in: trainer) else { return }
    (bestValue, foundBest) = (value, true)
  }

  /// Saves, if it is time.
  public func stateIsWhole(_ place: SavePlace, _ trainer: Trainer) throws(DescentError) {
    try writer.check()
    isBehind = true
    let due = intervals.filter { isDue($0, place, trainer) }
    guard !due.isEmpty || foundBest else { return }
    // The clock does not mind a later batch; what is counted is what was asked for.
    guard foundBest || !writer.isBusy || !due.allSatisfy(\.isOfTime) else { return }
    try save(trainer, onlyState: place == .batch && hasSaved)
  }

  /// Saves where the run stands, and waits for it.
  public func trainingWillEnd(_ trainer: Trainer) throws(DescentError) {
    writer.wait()
    try writer.check()
    if isBehind { try save(trainer, waits: true) }
  }

  /// Waits for what is being written.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) { writer.wait() }

  // MARK: Saving

  private func isDue(_ interval: TrainingInterval, _ place: SavePlace, _ trainer: Trainer) -> Bool {
    switch interval {
    case .steps(let count): trainer.steps - lastSteps >= count
    case .epochs(let count): place == .epoch && trainer.completedEpochs % count == 0
    case .seconds(let seconds): (clock.now - lastSave).seconds >= seconds
    }
  }

  private func save(_ trainer: Trainer, onlyState: Bool = false, waits: Bool = false) throws(DescentError) {
    var old: [String] = []
    if case .replaced(let names) = start, !hasSaved { old = names }
    var run = try SavedRun(
      trainer, folder: folder, texts: texts, removing: old, onlyState: onlyState, best: foundBest)
    if keep > 0 { run.keeping = (Checkpoint.keptName(trainer.steps), keep) }
    writer.submit(run)
    (hasSaved, isBehind, foundBest) = (true, onlyState, false)
    (lastSave, lastSteps) = (clock.now, trainer.steps)
    guard waits else { return }
    writer.wait()
    try writer.check()
  }

  /// Puts the trainer back to the last checkpoint.
  ///
  /// - Throws: `DescentError` if it cannot be written, or read.
  func goBack(_ trainer: Trainer) throws(DescentError) {
    if case .replaced = start, !hasSaved {
      throw DescentError(.file, "\(folder): there is no checkpoint of this run to go back to")
    }
    writer.wait()
    try writer.check()
    try Checkpoint.resume(trainer, from: folder)
    try trainer.goOnFromRestored()
    (lastSave, lastSteps, isBehind) = (clock.now, trainer.steps, false)
  }

  // MARK: State

  /// The best epoch's number, so that a resumed run knows what is to be beaten.
  public var stateDict: [String: Tensor] { ["best": Tensor([bestValue])] }

  /// Goes on from it.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    bestValue = try SavedNumbers(state).real("best", count: 1)[0]
  }
}
