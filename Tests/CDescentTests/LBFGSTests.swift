import CDescent
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// L-BFGS through its C interface: its state, and gradients that are not finite.
@Suite struct LBFGSTests {
  static let size = 6

  /// Minimizes a quartic valley; one evaluation's gradient may be spoilt.
  final class Run {
    let handle: OpaquePointer
    private let x = UnsafeMutablePointer<Double>.allocate(capacity: size)
    private let g = UnsafeMutablePointer<Double>.allocate(capacity: size)
    /// The parameters at each evaluation of the last step.
    private(set) var seen: [[Double]] = []
    /// The evaluation whose gradient is to be NaN, and the one that is to fail.
    var spoilt = 0, failing = 0
    private(set) var report = dsc_step_report()

    init(search: Bool) {
      var handle: OpaquePointer?
      #expect(dsc_optimizer_create(DSC_FLOAT64, 2, [2, size - 2], nil, &handle) == DSC_OK)
      self.handle = handle!
      let options = [("line_search_fn", search ? 1.0 : 0), ("max_iter", 6), ("history_size", 4), ("lr", 0.5)]
      let names = options.map { strdup($0.0)! }
      defer { names.forEach { free($0) } }
      let list = zip(names, options).map { dsc_option(name: $0, value: $1.1) }
      #expect(dsc_optimizer_add_group(handle, "lbfgs", 2, nil, list.count, list, nil) == DSC_OK)
      values = TestEngine.numbers(size, seed: 4)
    }

    deinit {
      dsc_optimizer_destroy(handle)
      x.deallocate()
      g.deallocate()
    }

    var values: [Double] {
      get { Array(UnsafeBufferPointer(start: x, count: size)) }
      set { for index in 0..<size { x[index] = newValue[index] } }
    }

    private func evaluate() -> (dsc_status, Double) {
      seen.append(values)
      var value = 0.0
      for index in 0..<size {
        let (w, scale) = (x[index], Double(index + 1))
        value += scale * w * w + 0.1 * w * w * w * w
        g[index] = 2 * scale * w + 0.4 * w * w * w
      }
      if seen.count == spoilt { g[3] = .nan }
      return (dsc_status(seen.count == failing ? DSC_ERROR_SIZE : DSC_OK), value)
    }

    func step() -> dsc_status {
      seen = []
      var step = dsc_step()
      (step.parameters, step.gradients) = (UnsafeMutableRawPointer(x), UnsafeMutableRawPointer(g))
      return dsc_optimizer_minimize(
        nil, handle, &step,
        { user, value in
          let (status, loss) = Unmanaged<Run>.fromOpaque(user!).takeUnretainedValue().evaluate()
          value!.pointee = loss
          return status
        }, Unmanaged.passUnretained(self).toOpaque(), nil, &report)
    }

    var count: Int64 {
      var step: Int64 = -1
      #expect(dsc_optimizer_get_step(handle, 0, &step) == DSC_OK)
      return step
    }

    /// Takes the state of another over, without forgetting its own first.
    func load(_ other: Run) {
      values = other.values
      for tensor in 0..<2 {
        var scalars = [Double](repeating: 0, count: DSC_MAX_SCALARS)
        #expect(dsc_optimizer_get_scalars(other.handle, tensor, &scalars) == DSC_OK)
        #expect(dsc_optimizer_set_scalars(handle, tensor, scalars) == DSC_OK)
        for slot in 0..<dsc_optimizer_slot_count(other.handle, tensor) {
          var buffer = [Double](repeating: 0, count: size)
          guard dsc_optimizer_export_slot(other.handle, tensor, slot, &buffer) == DSC_OK else { continue }
          #expect(dsc_optimizer_import_slot(handle, tensor, slot, buffer) == DSC_OK)
        }
      }
    }
  }

  /// Into an optimizer that has a history of its own, of the same length and longer.
  @Test(arguments: [false, true], [1, 2, 5]) func stateReplacesState(_ search: Bool, _ stepsBefore: Int) {
    let (first, second) = (Run(search: search), Run(search: search))
    #expect(first.step() == DSC_OK)
    second.values = TestEngine.numbers(Self.size, seed: 9)
    for _ in 0..<stepsBefore { #expect(second.step() == DSC_OK) }
    second.load(first)
    for _ in 0..<3 {
      #expect(first.step() == DSC_OK && second.step() == DSC_OK)
      #expect(first.values == second.values)
    }
  }

  /// The guard looks at every evaluation: the step ends where its last finished iteration did.
  @Test(arguments: [false, true], [1, 2, 3, 4]) func gradientsThatAreNotFinite(_ search: Bool, _ bad: Int) {
    let healthy = Run(search: search)
    #expect(healthy.step() == DSC_OK)
    for mode in [DSC_GUARD_STOP, DSC_GUARD_SKIP] {
      let run = Run(search: search)
      let start = run.values
      #expect(dsc_optimizer_set_guard(run.handle, mode) == DSC_OK)
      run.spoilt = bad
      let status = run.step()
      #expect(run.seen == Array(healthy.seen.prefix(bad)))
      #expect(run.report.bad_tensor == 1 && run.report.bad_element == 1)
      #expect(TestEngine.lastError == "the gradient of tensor 1 is not finite at element 1")
      // Without a search each evaluation is an iteration; a search's are points on its line.
      let finished = run.values != start
      if !search { #expect(run.values == healthy.seen[max(bad - 2, 0)]) }
      #expect(run.seen.contains(run.values) && (bad > 2 || !finished))
      if mode == DSC_GUARD_STOP {
        #expect(status == DSC_ERROR_NON_FINITE && run.count == 0 && !run.report.was_skipped)
      } else {
        #expect(status == (finished ? DSC_OK : DSC_STEP_SKIPPED) && run.count == (finished ? 1 : 0))
        #expect(run.report.was_skipped == !finished && run.report.skipped_steps == (finished ? 0 : 1))
      }
      // What was not finished leaves nothing behind that would lead the next step astray.
      run.spoilt = 0
      for _ in 0..<8 { #expect(run.step() == DSC_OK) }
      #expect(run.values.allSatisfy { abs($0) < 1e-4 })
    }
  }

  /// The step that failed was not taken: the next one does not remember it.
  @Test(arguments: [false, true]) func failedEvaluationsLeaveNoPair(_ search: Bool) {
    let run = Run(search: search)
    #expect(run.step() == DSC_OK)
    func pairs() -> Double {
      var scalars = [Double](repeating: 0, count: DSC_MAX_SCALARS)
      #expect(dsc_optimizer_get_scalars(run.handle, 0, &scalars) == DSC_OK)
      return scalars[5]
    }
    run.failing = 2
    #expect(run.step() == DSC_ERROR_SIZE && TestEngine.lastError.hasPrefix("the closure returned -2"))
    let (before, values) = (pairs(), run.values)
    // Another gradient at the same point, as another batch would have.
    run.failing = 2
    run.values = values.map { $0 + 0.25 }
    #expect(run.step() == DSC_ERROR_SIZE && pairs() == before)
  }
}
