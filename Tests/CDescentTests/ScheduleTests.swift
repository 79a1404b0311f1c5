import CDescent
import Testing

/// Every schedule against PyTorch's, step by step; without history and resumed in the middle, with the same bits.
@Suite struct ScheduleTests {
  static let fixture = ScheduleFixture.all

  /// To 1e-12 of the number, or of what is a thousandth of the rates at work where they are nearly 0.
  private func check(_ found: [Double], _ right: [Double], _ title: String) {
    let error = largestULP(found, right, DSC_FLOAT64, scale: 1e-3)
    #expect(error <= float64Budget, "\(title): \(error) ULP")
  }

  @Test func everyOptionHasACase() throws {
    // As they are written, and with the names of all options that are not at their defaults.
    let texts = Self.fixture.sequences.map(\.text) + Self.fixture.plateaus.map(\.text)
    let written = try texts + texts.map { try TestSchedule($0, total: Self.fixture.total).text }
    let options = Self.fixture.functions.flatMap(\.parts).flatMap(\.options)
    for index in 0..<dsc_schedule_count() {
      let info = dsc_schedule_at(index)!.pointee
      let name = String(cString: info.name)
      let isMade = info.kind == DSC_SCHEDULE_OF_PARTS || info.kind == DSC_SCHEDULE_OF_FUNCTION
      #expect(isMade || written.contains { $0.contains(name) }, "schedules.py lacks \(name)")
      for option in (0..<info.option_count).map({ String(cString: info.options[$0].name) }) {
        let hasOne =
          written.contains { $0.contains(name) && $0.contains("\(option)=") } || options.contains(option)
        #expect(hasOne, "schedules.py lacks \(name)'s \(option)")
      }
    }
  }

  @Test(arguments: fixture.sequences) func values(_ test: ScheduleFixture.Sequence) throws {
    let total = Self.fixture.total
    let schedule = try TestSchedule(test.text, total: total)
    let values = schedule.values(test.base, total)
    check(values, test.values, test.text)
    #expect((0..<total).map { schedule.value(test.base, at: $0) } == values)
    #expect(schedule.values(test.base, 20, from: 17) == Array(values[17..<37]))
    if let momenta = test.momenta {
      check((0..<total).map { schedule.momentum(at: $0) }, momenta, "\(test.text): momentum")
    }
    let again = try TestSchedule(schedule.text)
    #expect(dsc_schedule_is_equal(schedule.handle, again.handle) && again.text == schedule.text)
  }

  private func schedule(_ test: ScheduleFixture.Functions) throws -> TestSchedule {
    let parts = try test.parts.map { try TestSchedule($0) }
    var made: OpaquePointer?
    let handles = parts.map { Optional($0.handle) }
    let status =
      switch test.kind {
      case "sequential": dsc_schedule_sequential(handles.count, handles, test.milestones, &made)
      case "chained": dsc_schedule_chained(handles.count, handles, &made)
      default: dsc_schedule_over(handles[0], 1, &made)
      }
    try #require(status == DSC_OK, "\(TestEngine.lastError)")
    withExtendedLifetime(parts) {}
    return TestSchedule(owning: made!)
  }

  @Test func functions() throws {
    for test in Self.fixture.functions {
      let schedule = try schedule(test)
      let values = schedule.values(test.base, test.values.count)
      check(values, test.values, schedule.text)
      #expect(test.values.indices.map { schedule.value(test.base, at: $0) } == values)
      #expect(dsc_schedule_has_function(schedule.handle) && schedule.text.contains("?"))
    }
  }

  @Test func refusals() throws {
    for text in Self.fixture.refused {
      var made: OpaquePointer?
      var values = [Double](repeating: 0, count: 8)
      let isTaken =
        dsc_schedule_parse(text, 0, &made) == DSC_OK
        && dsc_schedule_values(made, 0.4, 0, values.count, &values) == DSC_OK
      #expect(!isTaken, "\(text) is taken")
      dsc_schedule_release(made)
    }
  }

  // MARK: On an optimizer

  private func run(
    _ schedule: TestSchedule, _ rule: String, _ base: Double, stop: Int? = nil
  ) throws -> [[Double]] {
    var scheduler = try TestScheduler(schedule, rule, base: base)
    return try (0..<Self.fixture.total).map { step in
      let found = [scheduler.option("lr"), scheduler.option(rule == "sgd" ? "momentum" : "beta1")]
      if step == stop {
        let state = scheduler.state
        scheduler = try TestScheduler(schedule, rule, base: base)
        scheduler.state = state
      }
      if step + 1 < Self.fixture.total {
        #expect(dsc_scheduler_step(scheduler.handle) == DSC_OK, "\(TestEngine.lastError)")
      }
      return found
    }
  }

  @Test(arguments: fixture.sequences) func schedulers(_ test: ScheduleFixture.Sequence) throws {
    guard test.values.min()! >= 0 else { return }  // no rate
    let schedule = try TestSchedule(test.text, total: Self.fixture.total)
    let whole = try run(schedule, test.rule ?? "sgd", test.base)
    #expect(whole.map { $0[0] } == schedule.values(test.base, Self.fixture.total))
    if let momenta = test.momenta { check(whole.map { $0[1] }, momenta, test.text) }
    for stop in [0, 13, 31, 58] {
      #expect(try run(schedule, test.rule ?? "sgd", test.base, stop: stop) == whole, "\(test.text), \(stop)")
    }
  }

  @Test func plateaus() throws {
    for test in Self.fixture.plateaus {
      let schedule = try TestSchedule(test.text)
      func run(stop: Int? = nil) throws -> [Double] {
        var scheduler = try TestScheduler(schedule, "sgd", base: test.base, unit: DSC_BY_EPOCH)
        return try test.metrics.enumerated().map { index, metric in
          #expect(dsc_scheduler_metric(scheduler.handle, metric.value) == DSC_OK)
          #expect(dsc_scheduler_epoch(scheduler.handle) == DSC_OK)
          let value = scheduler.option("lr")
          if index == stop {
            let state = scheduler.state
            scheduler = try TestScheduler(schedule, "sgd", base: test.base, unit: DSC_BY_EPOCH)
            scheduler.state = state
          }
          return value
        }
      }
      let whole = try run()
      check(whole, test.values, test.text)
      for stop in [0, 5, 22, 40] { #expect(try run(stop: stop) == whole, "\(test.text), \(stop)") }
    }
  }

  /// A plateau multiplies what it is chained with.
  @Test func plateauBesideOthers() throws {
    let schedule = try TestSchedule("exponential(0.5) * reduce_lr_on_plateau(patience=0, factor=0.1)")
    let scheduler = try TestScheduler(schedule, "sgd", base: 1)
    #expect(dsc_scheduler_metric(scheduler.handle, 1) == DSC_OK && scheduler.option("lr") == 1)
    #expect(dsc_scheduler_step(scheduler.handle) == DSC_OK && scheduler.option("lr") == 0.5)
    #expect(dsc_scheduler_metric(scheduler.handle, 1) == DSC_OK && scheduler.option("lr") == 0.05)
    #expect(dsc_scheduler_step(scheduler.handle) == DSC_OK && scheduler.option("lr") == 0.025)
  }

  /// A step that one option refuses changes none.
  @Test func allOrNothing() throws {
    let falling = try TestSchedule("exponential(0.5)")
    let refused = try TestSchedule("cyclic(0.5, 1.5, 2, cycle_momentum=false)")
    let scheduler = try TestScheduler(falling, "adam", base: 1)
    let bound = dsc_scheduler_bind(scheduler.handle, 0, "beta2", refused.handle, DSC_BY_STEP)
    #expect(bound == DSC_OK, "\(TestEngine.lastError)")
    let (before, state) = ([scheduler.option("lr"), scheduler.option("beta2")], scheduler.state)
    #expect(dsc_scheduler_step(scheduler.handle) == DSC_ERROR_OPTION)  // beta2 would be 1
    #expect(TestEngine.lastError.contains("beta2 is 1"))
    #expect([scheduler.option("lr"), scheduler.option("beta2")] == before && scheduler.state == state)
  }
}
