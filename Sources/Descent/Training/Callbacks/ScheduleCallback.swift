/// Has an option of the optimizer follow a schedule: usually the learning rate.
///
///     ScheduleCallback(.warmup(steps: 500).then(.cosine()))
///     ScheduleCallback(try Schedule("reduce_lr_on_plateau(patience=3)"), per: .epoch)
///
/// A schedule whose length is left open is as long as the run: by steps, where the data say how many there will be.
public final class ScheduleCallback: CheckpointedCallback, KeepsSteppedWeights {
  /// What the option follows.
  public let schedule: Schedule
  /// The option's name, its group, nil for all, and what the schedule counts.
  public let option: String, group: Int?, unit: Scheduler.Unit
  /// What the schedule's factors multiply, in place of what the option is: also in a run that goes on with another one.
  public let base: Double?
  /// What a schedule that waits for a metric is given after each epoch.
  public let monitor: Monitor
  /// "schedule".
  public let stateName = "schedule"
  /// The scheduler at work; nil before the run.
  public private(set) var scheduler: Scheduler?
  /// Whether a state that was loaded has the base already.
  private var hasBase = false

  /// A schedule of an option.
  public init(
    _ schedule: Schedule, option: String = "lr", group: Int? = nil, per unit: Scheduler.Unit = .step,
    base: Double? = nil, monitor: Monitor = Monitor()
  ) {
    (self.schedule, self.option, self.group) = (schedule, option, group)
    (self.unit, self.base, self.monitor) = (unit, base, monitor)
  }

  // MARK: Events

  /// Binds the schedule, and sets the option to its first value.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    if scheduler?.optimizer !== trainer.optimizer { try bind(trainer) }
  }

  /// Binds it to a rule that the optimizer was handed over to: at the same step, with that rule's value as the base.
  public func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
    guard let scheduler, !scheduler.isInUse else { return }
    try bind(trainer, usesBase: false)
    try self.scheduler?.goTo(step: scheduler.counts.steps, epoch: scheduler.counts.epochs)
  }

  /// Goes on by a step.
  public func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
    try scheduler?.step()
  }

  /// Goes on by an epoch.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
    let metric = schedule.needsMetric ? try monitor.value(of: record) : nil
    try scheduler?.epoch(metric: metric)
  }

  private func bind(_ trainer: Trainer, usesBase: Bool = true) throws(DescentError) {
    var whole = schedule
    if !schedule.isComplete {
      guard let length = unit == .epoch ? trainer.plannedEpochs : trainer.plannedSteps else {
        throw DescentError(
          .invalidArgument,
          "the schedule \"\(schedule)\" leaves its length open, and the data do not say how many steps there will be: use over(steps:)"
        )
      }
      whole = try schedule.over(steps: length)
    }
    scheduler = try Scheduler(trainer.optimizer, whole, option: option, group: group, per: unit)
    if usesBase { try useBase() }
    hasBase = false
  }

  private func useBase() throws(DescentError) {
    guard let base else { return }
    for (index, binding) in (scheduler?.bindings ?? []).enumerated() where !binding.isMomentum {
      try scheduler?.setBase(base, binding: index)
    }
  }

  /// Multiplies the base of learning rates.
  func scaleLearningRate(by factor: Double) throws(DescentError) {
    for (index, binding) in (scheduler?.bindings ?? []).enumerated() where binding.option == "lr" {
      try scheduler?.setBase(binding.base * factor, binding: index)
    }
  }

  // MARK: State

  /// The scheduler's.
  public var stateDict: [String: Tensor] { scheduler?.stateDict ?? [:] }

  /// Goes on from it.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    if scheduler?.optimizer !== trainer.optimizer || scheduler?.isInUse != true { try bind(trainer) }
    try scheduler?.load(state)
    // What it was multiplied by since is in the state's.
    if !hasBase { try useBase() }
    hasBase = true
  }
}

extension Trainer {
  /// How many steps of the optimizer the `fit` under way will have had at its end, where the data say how many batches there
  /// are.
  var plannedSteps: Int? {
    guard let batchesInEpoch else { return nil }
    let together = callbacks.lazy.compactMap { ($0 as? GradientAccumulation)?.batches }.first ?? 1
    let (whole, rest) = batchesInEpoch.quotientAndRemainder(dividingBy: max(together, 1))
    let (steps, isMore) = (whole + (rest > 0 ? 1 : 0)).multipliedReportingOverflow(by: max(plannedEpochs, 1))
    return isMore ? nil : max(steps, 1)
  }
}
