import CDescent

/// What an option of an optimizer, usually the learning rate, is at each step.
///
///     let schedule = Schedule.warmup(steps: 500).then(.cosine(minimum: 1e-5)).over(steps: 10_000)
///     let scheduler = try Scheduler(optimizer, schedule)
///     ...
///     try optimizer.step()
///     try scheduler.step()
///
/// A value without history: it turns a base value (the option's when the schedule is bound) and a step, counted from 0,
/// into the option's value at that step, as PyTorch's scheduler would have left it after so many calls of its `step()`.
/// Its text is its serialization, `"warmup(steps=500) cosine(steps=9500, min=1e-05)"`; schedules with functions have none.
///
/// The factories have PyTorch's names, arguments and defaults where it has them (`.cosineAnnealing` is
/// `CosineAnnealingLR`). Arguments out of their range stop the program; a text that is wrong is thrown.
public struct Schedule: Sendable, Equatable, CustomStringConvertible {
  let handle: ScheduleHandle
  var pointer: OpaquePointer { handle.pointer }

  init(_ handle: ScheduleHandle) { self.handle = handle }

  // MARK: Text

  /// A schedule from its text:
  ///
  ///     one_cycle(max_lr=0.1)              options by name, or in the table's order
  ///     multi_step((30, 80), gamma=0.1)    lists in brackets
  ///     warmup(500) cosine                 one after another, each with steps of its own
  ///     exponential(0.9) @ 100 step(30)    the same, where the first has no end of its own
  ///     warmup(500) * exponential(0.999)   both at once
  ///
  /// - Parameter steps: the steps of the whole run, for lengths that are left out; nil: they stay open for
  ///   `over(steps:)`.
  /// - Throws: `DescentError` with the place, or the nearest known name.
  public init(_ text: String, steps: Int? = nil) throws(DescentError) {
    if let steps, steps < 1 {
      throw DescentError(.invalidArgument, "a run of \(steps) steps has no schedule; it must have at least 1")
    }
    do throws(DescentError) {
      handle = try ScheduleHandle { made in dsc_schedule_parse(text, Int64(steps ?? 0), made) }
    } catch {
      throw Self.withNearestName(error, in: text)
    }
  }

  /// C lists the names that there are; here is who can tell which was meant.
  private static func withNearestName(_ error: DescentError, in text: String) -> DescentError {
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    let unknown = words.first { error.message.hasPrefix("unknown schedule '\($0)'") }
    return unknown.map { .unknown("schedule", $0, among: ScheduleTable.schedules.map(\.name)) } ?? error
  }

  /// The text, by which an equal schedule can be made unless it `hasFunction`. Options that have their defaults are left
  /// out.
  public var description: String { String(cString: dsc_schedule_text(pointer)) }

  /// Whether it has a closure, and so no text that can be read again.
  public var hasFunction: Bool { dsc_schedule_has_function(pointer) }

  /// Whether two are the same: parts, options and closures.
  public static func == (a: Schedule, b: Schedule) -> Bool { dsc_schedule_is_equal(a.pointer, b.pointer) }

  // MARK: Length

  /// Whether no length was left out. Only such schedules have values.
  public var isComplete: Bool { dsc_schedule_is_complete(pointer) }

  /// The steps after which it ends, and the next one in a sequence begins; nil: it does not, or that is not known.
  public var length: Int? {
    let length = dsc_schedule_length(pointer)
    return length < 0 ? nil : Int(length)
  }

  /// The schedule of a run of so many steps: lengths that were left out are what remains of them.
  ///
  /// - Throws: `DescentError` where nothing remains.
  public func over(steps: Int) throws(DescentError) -> Schedule {
    Schedule(try ScheduleHandle { made in dsc_schedule_over(pointer, Int64(steps), made) })
  }

  // MARK: Values

  /// The value at a step.
  ///
  /// - Throws: `DescentError` for a negative step, a schedule that is not complete, and `oneCycle` beyond its end.
  public func value(at step: Int, base: Double = 1) throws(DescentError) -> Double {
    var value = 0.0
    try check(dsc_schedule_value(pointer, base, Int64(step), &value))
    return value
  }

  /// The values at the first `count` steps, or at those from another one on.
  ///
  /// - Throws: as `value(at:base:)`.
  public func values(base: Double = 1, from first: Int = 0, count: Int) throws(DescentError) -> [Double] {
    guard count >= 0 else { throw DescentError(.invalidArgument, "\(count) values, must be at least 0") }
    var values = [Double](repeating: 0, count: count)
    try check(
      values.withUnsafeMutableBufferPointer { buffer in
        var none = 0.0
        return withUnsafeMutablePointer(to: &none) { room in
          dsc_schedule_values(pointer, base, Int64(first), count, buffer.baseAddress ?? room)
        }
      })
    return values
  }

  /// Whether it has momentum beside the rate, as `cyclic` and `oneCycle`.
  public var cyclesMomentum: Bool { dsc_schedule_cycles_momentum(pointer) }

  /// The momentum (Adam's beta1) at a step.
  ///
  /// - Throws: as `value(at:base:)`, and where there is none.
  public func momentum(at step: Int) throws(DescentError) -> Double {
    var value = 0.0
    try check(dsc_schedule_momentum(pointer, Int64(step), &value))
    return value
  }

  /// Whether it waits for a metric, as `reduceLROnPlateau`: `Scheduler.epoch(metric:)` gives it.
  public var needsMetric: Bool { dsc_schedule_has_plateau(pointer) }
}

extension Schedule: Codable {
  /// From its text.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  /// As its text.
  ///
  /// - Throws: `EncodingError` for a schedule with a closure.
  public func encode(to encoder: any Encoder) throws {
    guard !hasFunction else {
      throw EncodingError.invalidValue(
        self, .init(codingPath: encoder.codingPath, debugDescription: "\(self) has a closure, and so no text")
      )
    }
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
