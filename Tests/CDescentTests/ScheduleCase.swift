import CDescent
import Testing

/// What `Tests/Fixtures/schedules.py` made.
struct ScheduleFixture: Decodable {
  struct Sequence: Decodable, CustomTestStringConvertible {
    let text: String
    let rule: String?
    let base: Double
    let values: [Double]
    let momenta: [Double]?

    var testDescription: String { "\(text) \(rule ?? "")" }
  }

  /// A part of a case with functions: a text, or the name of a row, of a function, and options.
  enum Part: Decodable {
    case text(String)
    case function(row: String, function: String, options: [String: Double])

    /// The names of options that it has.
    var options: [String] {
      if case .function(_, _, let options) = self { Array(options.keys) } else { [] }
    }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self = .text(text)
        return
      }
      var list = try decoder.unkeyedContainer()
      let (row, function) = (try list.decode(String.self), try list.decode(String.self))
      self = .function(
        row: row, function: function,
        options: list.isAtEnd ? [:] : try list.decode([String: Double].self))
    }
  }

  struct Functions: Decodable {
    let kind: String?
    let milestones: [Int64]?
    let parts: [Part]
    let base: Double
    let values: [Double]
  }

  struct Plateau: Decodable {
    let text: String
    let base: Double
    let metrics: [FixtureNumber]
    let values: [Double]
  }

  let total: Int
  let sequences: [Sequence]
  let functions: [Functions]
  let plateaus: [Plateau]
  let refused: [String]

  static let all = loadFixture("schedules.json", as: ScheduleFixture.self)
}

/// A schedule of the C core.
final class TestSchedule {
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) { self.handle = handle }

  convenience init(_ text: String, total: Int = 0) throws {
    var made: OpaquePointer?
    try #require(dsc_schedule_parse(text, Int64(total), &made) == DSC_OK, "\(text): \(TestEngine.lastError)")
    self.init(owning: made!)
  }

  convenience init(_ part: ScheduleFixture.Part) throws {
    guard case .function(let row, let name, let options) = part else {
      guard case .text(let text) = part else { fatalError() }
      try self.init(text)
      return
    }
    // C's functions have no captures: one for each name.
    let call: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Double
    switch name {
    case "power": call = { _, step in (0..<step).reduce(1) { power, _ in power * 0.65 } }
    case "inverse": call = { _, step in 1 / Double(step + 2) }
    default: call = { _, step in 1 + 0.1 * Double(step % 3) }
    }
    var made: OpaquePointer?
    let function = dsc_schedule_function(call: call, user: nil, destroy: nil)
    let status = withOptionList(options) {
      dsc_schedule_create_with(row, $0.count, $0.baseAddress, function, &made)
    }
    try #require(status == DSC_OK, "\(row): \(TestEngine.lastError)")
    self.init(owning: made!)
  }

  deinit { dsc_schedule_release(handle) }

  var text: String { String(cString: dsc_schedule_text(handle)) }

  func values(_ base: Double, _ count: Int, from first: Int = 0) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    let status = dsc_schedule_values(handle, base, Int64(first), count, &values)
    #expect(status == DSC_OK, "\(text): \(TestEngine.lastError)")
    return values
  }

  func value(_ base: Double, at step: Int) -> Double {
    var value = Double.nan
    let status = dsc_schedule_value(handle, base, Int64(step), &value)
    #expect(status == DSC_OK, "\(text): \(TestEngine.lastError)")
    return value
  }

  func momentum(at step: Int) -> Double {
    var value = Double.nan
    #expect(dsc_schedule_momentum(handle, Int64(step), &value) == DSC_OK, "\(text): \(TestEngine.lastError)")
    return value
  }
}

/// A schedule at work on the first group of an optimizer.
final class TestScheduler {
  let engine: TestEngine
  let handle: OpaquePointer

  init(
    _ schedule: TestSchedule, _ rule: String, base: Double, unit: dsc_schedule_unit = DSC_BY_STEP
  ) throws {
    engine = TestEngine([[3]], rule, rule == "sgd" ? ["lr": base, "momentum": 0.5] : ["lr": base])
    var made: OpaquePointer?
    try #require(dsc_scheduler_create(engine.handle, &made) == DSC_OK)
    handle = made!
    let status = dsc_scheduler_bind(handle, 0, "lr", schedule.handle, unit)
    try #require(status == DSC_OK, "\(TestEngine.lastError)")
  }

  deinit { dsc_scheduler_destroy(handle) }

  func option(_ name: String) -> Double {
    var value = Double.nan
    #expect(dsc_optimizer_get_option(engine.handle, 0, name, &value) == DSC_OK)
    return value
  }

  var state: [Double] {
    get {
      var state = [Double](repeating: 0, count: dsc_scheduler_state_count(handle))
      #expect(dsc_scheduler_export_state(handle, state.count, &state) == DSC_OK)
      return state
    }
    set {
      let status = dsc_scheduler_import_state(handle, newValue.count, newValue)
      #expect(status == DSC_OK, "\(TestEngine.lastError)")
    }
  }
}
