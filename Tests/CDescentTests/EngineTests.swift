import CDescent
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The optimizer engine through its C interface.
@Suite struct EngineTests {
  private func withEngine(_ lengths: [Int], _ body: (OpaquePointer?) throws -> Void) rethrows {
    var handle: OpaquePointer?
    #expect(dsc_optimizer_create(DSC_FLOAT64, lengths.count, lengths, nil, &handle) == DSC_OK)
    defer { dsc_optimizer_destroy(handle) }
    try body(handle)
  }

  private func lastError() -> String { String(cString: dsc_last_error()) }

  @Test func theTable() {
    #expect(dsc_rule_count() >= 4)
    #expect(dsc_rule_at(dsc_rule_count()) == nil && dsc_rule_find("none") == nil && dsc_rule_find(nil) == nil)
    for index in 0..<dsc_rule_count() {
      guard let info = dsc_rule_at(index)?.pointee else {
        Issue.record("row \(index) is missing")
        continue
      }
      #expect(info.option_count <= DSC_MAX_OPTIONS && strlen(info.title) > 0 && strlen(info.source) > 0)
      for option in UnsafeBufferPointer(start: info.options, count: info.option_count) {
        #expect(
          option.initial >= option.minimum && option.initial <= option.maximum && strlen(option.summary) > 0)
      }
    }
  }

  @Test func lengthsThatOverflow() {
    var handle: OpaquePointer?
    #expect(dsc_optimizer_create(DSC_FLOAT64, 2, [.max, .max], nil, &handle) == DSC_ERROR_OVERFLOW)
    #expect(dsc_optimizer_create(DSC_FLOAT64, 1, nil, nil, &handle) == DSC_ERROR_ARGUMENT)
    #expect(handle == nil)
  }

  @Test func groupsAreChecked() {
    withEngine([2, 3]) { engine in
      #expect(dsc_optimizer_add_group(engine, "nope", 1, nil, 0, nil, nil) == DSC_ERROR_OPTION)
      #expect(lastError().contains("nope") && lastError().contains("sgd"))
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, [2], 0, nil, nil) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_add_group(engine, "sgd", 2, [1, 1], 0, nil, nil) == DSC_ERROR_ARGUMENT)
      var group = 9
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, [1], 0, nil, &group) == DSC_OK && group == 0)
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, [1], 0, nil, nil) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_add_group(engine, "adam", 1, [0], 0, nil, &group) == DSC_OK && group == 1)
    }
  }

  /// Tensors in no group keep their numbers, and so does everything when the step is refused.
  @Test func ungroupedTensorsStay() {
    withEngine([1, 1]) { engine in
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, [1], 0, nil, nil) == DSC_OK)
      var (w, g): ([Double], [Double]) = ([5, 5], [1, 1])
      w.withUnsafeMutableBytes { w in
        g.withUnsafeMutableBytes { g in
          var step = dsc_step()
          #expect(dsc_optimizer_step(nil, engine, &step, nil) == DSC_ERROR_ARGUMENT)
          (step.parameters, step.gradients) = (w.baseAddress, g.baseAddress)
          var report = dsc_step_report()
          #expect(dsc_optimizer_step(nil, engine, &step, &report) == DSC_OK && report.updated == 1)
        }
      }
      #expect(w == [5, 5 - 1e-3])
    }
  }

  @Test func stateInAndOut() {
    withEngine([2, 1]) { engine in
      #expect(dsc_optimizer_add_group(engine, "adam", 2, nil, 0, nil, nil) == DSC_OK)
      var buffer: [Double] = [0, 0]
      #expect(dsc_optimizer_filled_slots(engine, 0) == 0)
      #expect(dsc_optimizer_export_slot(engine, 0, 0, &buffer) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_import_slot(engine, 0, 1, [3.0, 4.0]) == DSC_OK)
      #expect(dsc_optimizer_filled_slots(engine, 0) == 2)
      #expect(dsc_optimizer_export_slot(engine, 0, 1, &buffer) == DSC_OK && buffer == [3, 4])
      #expect(dsc_optimizer_import_slot(engine, 0, 3, [0.0, 0.0]) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_slot_name(engine, 0, 1).map { String(cString: $0) } == "exp_avg_sq")
      #expect(dsc_optimizer_slot_name(engine, 0, 3) == nil && dsc_optimizer_slot_name(engine, 9, 0) == nil)
      #expect(
        dsc_optimizer_set_step(engine, 1, 7) == DSC_OK
          && dsc_optimizer_set_step(engine, 1, -1) == DSC_ERROR_ARGUMENT)
      var step: Int64 = 0
      #expect(dsc_optimizer_get_step(engine, 1, &step) == DSC_OK && step == 7)
      dsc_optimizer_reset(engine)
      #expect(
        dsc_optimizer_get_step(engine, 1, &step) == DSC_OK && step == 0
          && dsc_optimizer_filled_slots(engine, 0) == 0)
    }
  }
}
