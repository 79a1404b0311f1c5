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
      #expect(dsc_optimizer_slot_count(engine, 0) == 0)
      #expect(dsc_optimizer_add_group(engine, "adam", 2, nil, 0, nil, nil) == DSC_OK)
      #expect(dsc_optimizer_slot_count(engine, 0) == 2 && dsc_optimizer_slot_count(engine, 9) == 0)
      var buffer: [Double] = [0, 0]
      var info = dsc_slot_info()
      #expect(dsc_optimizer_get_slot(engine, 0, 1, &info) == DSC_OK && !info.filled)
      #expect(info.rank == 1 && info.shape.0 == 2)
      #expect(
        withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
          == "exp_avg_sq")
      #expect(dsc_optimizer_export_slot(engine, 0, 1, &buffer) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_import_slot(engine, 0, 1, [3.0, 4.0]) == DSC_OK)
      #expect(dsc_optimizer_get_slot(engine, 0, 1, &info) == DSC_OK && info.filled)
      #expect(dsc_optimizer_export_slot(engine, 0, 1, &buffer) == DSC_OK && buffer == [3, 4])
      #expect(dsc_optimizer_import_slot(engine, 0, 2, [0.0, 0.0]) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_get_slot(engine, 9, 0, &info) == DSC_ERROR_ARGUMENT)
      #expect(
        dsc_optimizer_set_step(engine, 1, 7) == DSC_OK
          && dsc_optimizer_set_step(engine, 1, -1) == DSC_ERROR_ARGUMENT)
      var step: Int64 = 0
      #expect(dsc_optimizer_get_step(engine, 1, &step) == DSC_OK && step == 7)
      dsc_optimizer_reset(engine)
      #expect(dsc_optimizer_get_step(engine, 1, &step) == DSC_OK && step == 0)
      #expect(dsc_optimizer_get_slot(engine, 0, 1, &info) == DSC_OK && !info.filled)
    }
  }

  @Test func scalarsInAndOut() {
    withEngine([2]) { engine in
      #expect(dsc_optimizer_add_group(engine, "asgd", 1, nil, 0, nil, nil) == DSC_OK)
      #expect(dsc_optimizer_scalar_count(engine, 0) == 2 && dsc_optimizer_scalar_count(engine, 1) == 0)
      #expect(dsc_optimizer_scalar_name(engine, 0, 1).map { String(cString: $0) } == "mu")
      #expect(dsc_optimizer_scalar_name(engine, 0, 2) == nil)
      var scalars: [Double] = [0, 0]
      #expect(dsc_optimizer_get_scalars(engine, 0, &scalars) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_set_scalars(engine, 0, [0.5, 0.25]) == DSC_OK)
      #expect(dsc_optimizer_get_scalars(engine, 0, &scalars) == DSC_OK && scalars == [0.5, 0.25])
    }
  }

  @Test func shapesAreChecked() {
    withEngine([6, 6]) { engine in
      #expect(dsc_optimizer_set_shape(engine, 0, 2, [2, 4]) == DSC_ERROR_SIZE)
      #expect(dsc_optimizer_set_shape(engine, 0, 2, [.max, 4]) == DSC_ERROR_SIZE)
      #expect(dsc_optimizer_set_shape(engine, 0, 9, [1, 1, 1, 1, 1, 1, 1, 1, 6]) == DSC_ERROR_SIZE)
      #expect(dsc_optimizer_set_shape(engine, 2, 1, [6]) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_set_shape(engine, 0, 2, [2, 3]) == DSC_OK)
      #expect(dsc_optimizer_add_group(engine, "muon", 2, nil, 0, nil, nil) == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("tensor 1") && lastError().contains("rank 1"))
      #expect(dsc_optimizer_add_group(engine, "muon", 1, nil, 0, nil, nil) == DSC_OK)
      #expect(dsc_optimizer_set_shape(engine, 0, 1, [6]) == DSC_ERROR_ARGUMENT, "its group is made")
    }
  }

  @Test func closuresAreAsked() {
    withEngine([2, 1]) { engine in
      #expect(dsc_optimizer_add_group(engine, "lbfgs", 1, nil, 0, nil, nil) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_add_group(engine, "lbfgs", 2, nil, 0, nil, nil) == DSC_OK)
      #expect(dsc_optimizer_add_tensors(engine, 1, [1], nil) == DSC_ERROR_ARGUMENT)
      var step = dsc_step()
      #expect(dsc_optimizer_step(nil, engine, &step, nil) == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("dsc_optimizer_minimize"))
      #expect(dsc_optimizer_minimize(nil, engine, &step, nil, nil, nil, nil) == DSC_ERROR_ARGUMENT)
    }
  }

  /// Later tensors leave the state of earlier ones as it is.
  @Test func tensorsCanBeAdded() {
    withEngine([2]) { engine in
      #expect(dsc_optimizer_add_group(engine, "adam", 1, nil, 0, nil, nil) == DSC_OK)
      #expect(dsc_optimizer_import_slot(engine, 0, 0, [3.0, 4.0]) == DSC_OK)
      #expect(dsc_optimizer_add_tensors(engine, 2, [1, .max], nil) == DSC_ERROR_OVERFLOW)
      #expect(dsc_optimizer_add_tensors(engine, 2, [100_000, 1], nil) == DSC_OK)
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, [1], 0, nil, nil) == DSC_OK)
      var buffer: [Double] = [0, 0]
      #expect(dsc_optimizer_export_slot(engine, 0, 0, &buffer) == DSC_OK && buffer == [3, 4])
    }
  }

  @Test func hooksRunAroundSteps() {
    withEngine([1]) { engine in
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, nil, 0, nil, nil) == DSC_OK)
      var counts = (before: 0, after: 0)
      var (w, g) = (1.0, 1.0)
      withUnsafeMutablePointer(to: &counts) { counts in
        typealias Counts = (before: Int, after: Int)
        let hooks = dsc_step_hooks(
          before: { user, _ in
            let counts = user!.assumingMemoryBound(to: Counts.self)
            counts.pointee.before += 1
            return counts.pointee.before == 2 ? dsc_status(DSC_ERROR_ARGUMENT) : dsc_status(DSC_OK)
          },
          after: { user, _, report in
            user!.assumingMemoryBound(to: Counts.self).pointee.after += report!.pointee.updated
          }, user: counts)
        #expect(dsc_optimizer_set_hooks(engine, hooks) == DSC_OK)
        withUnsafeMutablePointer(to: &w) { w in
          withUnsafeMutablePointer(to: &g) { g in
            var step = dsc_step()
            (step.parameters, step.gradients) = (UnsafeMutableRawPointer(w), UnsafeMutableRawPointer(g))
            #expect(dsc_optimizer_step(nil, engine, &step, nil) == DSC_OK)
            #expect(dsc_optimizer_step(nil, engine, &step, nil) == DSC_ERROR_ARGUMENT)
          }
        }
      }
      #expect(counts == (2, 1) && w == 1 - 1e-3)
    }
  }

  @Test func badSettings() {
    withEngine([1]) { engine in
      #expect(dsc_optimizer_add_group(engine, "sgd", 1, nil, 0, nil, nil) == DSC_OK)
      for (norm, type) in [(-1.0, 2.0), (.nan, 2), (1, 0), (1, -1), (1, .nan)] {
        let clipping = dsc_clipping(
          max_norm: norm, norm_type: type, per_tensor: false, error_if_nonfinite: false)
        #expect(dsc_optimizer_set_clip_norm(engine, clipping) == DSC_ERROR_OPTION)
      }
      #expect(dsc_optimizer_set_lookahead(engine, 0, -1, 0.5) == DSC_ERROR_OPTION)
      #expect(dsc_optimizer_set_lookahead(engine, 0, 5, 1.5) == DSC_ERROR_OPTION)
      #expect(dsc_optimizer_set_lookahead(engine, 1, 5, 0.5) == DSC_ERROR_ARGUMENT)
      #expect(dsc_optimizer_set_frozen(engine, 1, true) == DSC_ERROR_ARGUMENT)
      #expect(dsc_average_update(nil, DSC_FLOAT32, 1, 0.5, nil, nil) == DSC_ERROR_ARGUMENT)
      var step = dsc_step()
      for rho in [-1.0, .nan, .infinity] {
        #expect(dsc_optimizer_perturb(nil, engine, &step, rho, false, nil) == DSC_ERROR_OPTION)
      }
    }
  }
}
