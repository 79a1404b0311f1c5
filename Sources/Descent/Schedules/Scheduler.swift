import CDescent

/// Schedules at work on an optimizer's options.
///
///     let scheduler = try Scheduler(optimizer, .warmup(steps: 500).then(.cosine()).over(steps: 10_000))
///     try scheduler.bind(.exponential(gamma: 0.99), option: "weight_decay", per: .epoch)
///     for epoch in 0..<10 {
///       for batch in loader {
///         ...
///         try optimizer.step()
///         try scheduler.step()
///       }
///       try scheduler.epoch(metric: validationLoss)
///     }
///
/// An option that is bound has the schedule's value at step 0 at once, as in PyTorch. Any option that is a real number can
/// be, of any group. `oneCycle` and `cyclic` on "lr" change momentum, or beta1, too.
public final class Scheduler {
  /// What a schedule counts.
  public enum Unit: Sendable {
    /// Calls of `step()`.
    case step
    /// Calls of `epoch(metric:)`.
    case epoch

    var c: dsc_schedule_unit { self == .step ? DSC_BY_STEP : DSC_BY_EPOCH }
  }

  /// An option that has a schedule.
  public struct Binding: Sendable {
    /// The optimizer's group.
    public let group: Int
    /// The option, by the table's name.
    public let option: String
    /// What it follows.
    public let schedule: Schedule
    /// What that counts.
    public let unit: Unit
    /// The option's value when it was bound.
    public let base: Double
    /// Its value now.
    public let value: Double
    /// Whether it is the momentum that goes with a rate.
    public let isMomentum: Bool
  }

  /// The optimizer.
  public let optimizer: Optimizer
  let handle: OpaquePointer
  /// What has the options: not the optimizer's any more after a hand-over.
  private let engine: OptimizerEngine

  /// A scheduler without schedules; `bind` adds them.
  public init(_ optimizer: Optimizer) {
    var made: OpaquePointer?
    require(dsc_scheduler_create(optimizer.handle, &made))
    (self.optimizer, engine) = (optimizer, optimizer.engine)
    handle = made!
  }

  /// A scheduler of one option.
  ///
  /// - Throws: as `bind`.
  public convenience init(
    _ optimizer: Optimizer, _ schedule: Schedule, option: String = "lr", group: Int? = nil,
    per unit: Unit = .step
  ) throws(DescentError) {
    self.init(optimizer)
    try bind(schedule, option: option, group: group, per: unit)
  }

  deinit { dsc_scheduler_destroy(handle) }

  /// Lets a schedule have an option, with its value now as the base.
  ///
  /// - Parameter group: nil: of all groups there are.
  /// - Throws: `DescentError` for unknown options, options that have a schedule already, schedules whose length is open,
  ///   values out of the option's range, and momentum where the rule has none. Nothing is changed then.
  public func bind(
    _ schedule: Schedule, option: String = "lr", group: Int? = nil, per unit: Unit = .step
  ) throws(DescentError) {
    guard group ?? 0 >= 0 else { throw DescentError(.invalidArgument, "there is no group \(group!)") }
    let everyGroup = -1  // DSC_EVERY_GROUP, whose type Swift takes for a signed one
    try check(dsc_scheduler_bind(handle, group ?? everyGroup, option, schedule.pointer, unit.c))
  }

  /// Sets what counts steps to its next value: after each step of the optimizer.
  ///
  /// - Throws: `DescentError` for a value out of its option's range, and for a schedule that is over. Nothing is changed
  ///   then.
  public func step() throws(DescentError) { try check(dsc_scheduler_step(handle)) }

  /// Gives the metric, if there is one, to what waits for it, and sets what counts epochs to its next value: after each
  /// epoch.
  ///
  /// - Throws: as `step()`.
  public func epoch(metric: Double? = nil) throws(DescentError) {
    if let metric { try take(metric: metric) }
    try check(dsc_scheduler_epoch(handle))
  }

  /// Gives a metric to every `reduceLROnPlateau`, where it is not measured once an epoch.
  public func take(metric: Double) throws(DescentError) { try check(dsc_scheduler_metric(handle, metric)) }

  /// How many calls of `step()` and of `epoch(metric:)` there were.
  public var counts: (steps: Int, epochs: Int) {
    var (steps, epochs) = (Int64(0), Int64(0))
    require(dsc_scheduler_get_counts(handle, &steps, &epochs))
    return (Int(steps), Int(epochs))
  }

  /// Goes to a step and an epoch, as PyTorch's `last_epoch`.
  ///
  /// - Throws: as `step()`.
  public func goTo(step: Int, epoch: Int = 0) throws(DescentError) {
    try check(dsc_scheduler_set_counts(handle, Int64(step), Int64(epoch)))
  }

  /// Whether it changes what the optimizer uses: after `Optimizer.handOver(to:)` it does not any more.
  public var isInUse: Bool { engine === optimizer.engine }

  /// Gives the option of a binding another base, and its value at once.
  ///
  /// - Parameter index: the binding's place in `bindings`.
  /// - Throws: `DescentError` for a base that is not finite, and a value out of the option's range. Nothing is changed then.
  public func setBase(_ base: Double, binding index: Int) throws(DescentError) {
    guard index >= 0 else { throw DescentError(.invalidArgument, "there is no binding \(index)") }
    try check(dsc_scheduler_set_base(handle, index, base))
  }

  /// The options that have a schedule, in the order in which they were bound.
  public var bindings: [Binding] {
    (0..<dsc_scheduler_binding_count(handle)).map { index in
      var found = dsc_scheduler_binding()
      require(dsc_scheduler_get_binding(handle, index, &found))
      return Binding(
        group: found.group, option: String(cString: found.option),
        schedule: Schedule(ScheduleHandle(owning: dsc_schedule_retain(found.schedule))),
        unit: found.unit == DSC_BY_STEP ? .step : .epoch, base: found.base, value: found.value,
        isMomentum: found.is_momentum)
    }
  }

  /// Whether a schedule waits for a metric.
  public var needsMetric: Bool { bindings.contains { $0.schedule.needsMetric } }

  // MARK: State

  private static let stateName = "state"

  /// All that a scheduler with the same schedules needs to go on, to the bit.
  public var stateDict: [String: Tensor] {
    var numbers = [Double](repeating: 0, count: dsc_scheduler_state_count(handle))
    require(dsc_scheduler_export_state(handle, numbers.count, &numbers))
    return [Self.stateName: Tensor(numbers, shape: [numbers.count], dtype: .float64)]
  }

  /// Goes on from a state that `stateDict` gave, and sets the options.
  ///
  /// - Throws: `DescentError` of code `mismatch` for a state of other schedules, and for numbers that no scheduler has.
  ///   Nothing is changed then.
  public func load(_ state: [String: Tensor]) throws(DescentError) {
    let count = dsc_scheduler_state_count(handle)
    guard let tensor = state[Self.stateName], tensor.shape == [count], tensor.dtype == .float64 else {
      let found = state[Self.stateName].map { "\($0.dtype) \($0.shape)" } ?? "none"
      throw DescentError(
        .mismatch, "the scheduler's state is \(found), must be float64 [\(count)]: it is of other schedules")
    }
    try check(dsc_scheduler_import_state(handle, count, tensor.doubles))
  }
}
