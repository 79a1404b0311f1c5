import CDescent
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a step measures, refuses and reports.
@Suite struct StepTests {
  // MARK: Norms

  /// Clipping by another norm does not change what the Euclidean one is used for.
  @Test(arguments: [1.0, 3, .infinity]) func euclideanNorms(_ type: Double) {
    let engine = TestEngine([[1], [1]])
    #expect(engine.group("sgd", ["lr": 1], [0]) == DSC_OK && engine.group("sgd", ["lr": 1], [1]) == DSC_OK)
    engine.clip(1, type)
    #expect(dsc_optimizer_set_statistics(engine.handle, true) == DSC_OK)
    engine.values = [0, 0]
    #expect(engine.perturb([3, 4], rho: 1) == DSC_OK)
    #expect(zip(engine.values, [0.6, 0.8]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(engine.step([3, 4]) == DSC_OK && engine.report.gradient_norm == 5)
    #expect(engine.statistics(0).gradient_norm == 3 && engine.statistics(1).gradient_norm == 4)
    let expected = type == 1 ? 7 : type == 3 ? 4.497941445275415 : 4
    #expect(abs(engine.report.clip_norm - expected) < 1e-14)
    #expect(abs(engine.report.clip_scale - 1 / expected) < 1e-6)
  }

  /// The powers are beyond what a double holds, the norm is not.
  @Test(arguments: [0.5, 2, 3, 50], [1e200, 1e-200]) func normsOfExtremes(_ type: Double, _ size: Double) {
    let engine = TestEngine([[2], [1]])
    #expect(engine.group("sgd", [:], [0]) == DSC_OK && engine.group("sgd", [:], [1]) == DSC_OK)
    engine.clip(1, type)
    #expect(engine.step([3 * size, 4 * size, size]) == DSC_OK)
    let sum = [3.0, 4, 1].map { pow($0, type) }.reduce(0, +)
    #expect(abs(engine.report.clip_norm / size / pow(sum, 1 / type) - 1) < 1e-14)
    #expect(abs(engine.report.gradient_norm / size / 26.0.squareRoot() - 1) < 1e-14)
  }

  /// A refusal of norms that are not finite does not depend on a limit.
  @Test func refusalWithoutALimit() {
    let engine = TestEngine([[2]], "sgd", ["lr": 1])
    engine.clip(.infinity, refuse: true)
    engine.values = [1, 1]
    #expect(engine.step([1, .infinity]) == DSC_ERROR_NON_FINITE && engine.values == [1, 1])
    #expect(engine.step([1, 2]) == DSC_OK && engine.values == [0, -1] && engine.report.clip_scale == 1)
  }

  // MARK: Statistics

  @Test func groupsThatTookNoPart() {
    let engine = TestEngine([[2], [2]])
    #expect(dsc_optimizer_set_statistics(engine.handle, true) == DSC_OK)
    #expect(engine.group("sgd", [:], [0]) == DSC_OK && engine.group("sgd", [:], [1]) == DSC_OK)
    func hasNone(_ s: dsc_group_statistics) -> Bool {
      s.elements == 0
        && [s.gradient_norm, s.weight_norm, s.update_norm, s.clipped_share].allSatisfy(\.isNaN)
    }
    #expect(hasNone(engine.statistics(1)), "before the first step")
    #expect(engine.step([1, 1, 1, 1], has: [1, 0]) == DSC_OK)
    #expect(engine.statistics(0).elements == 2 && hasNone(engine.statistics(1)))
    engine.clip(1)
    #expect(engine.step([1, .nan, 1, 1], has: [1, 0]) == DSC_OK)
    #expect(engine.statistics(0).clipped_share == 1 && engine.statistics(0).gradient_norm.isNaN)
  }

  // MARK: Hooks

  @Test func hooksHearOfSkippedSteps() {
    let engine = TestEngine([[1]], "sgd", ["lr": 1])
    var seen: [Bool] = []
    withUnsafeMutablePointer(to: &seen) { seen in
      let hooks = dsc_step_hooks(
        before: nil,
        after: { user, _, report in
          user!.assumingMemoryBound(to: [Bool].self).pointee.append(report!.pointee.was_skipped)
        }, user: seen)
      #expect(dsc_optimizer_set_hooks(engine.handle, hooks) == DSC_OK)
      #expect(dsc_optimizer_set_guard(engine.handle, DSC_GUARD_SKIP) == DSC_OK)
      #expect(engine.step([.nan]) == DSC_STEP_SKIPPED && engine.step([1]) == DSC_OK)
      #expect(dsc_optimizer_set_guard(engine.handle, DSC_GUARD_STOP) == DSC_OK)
      #expect(engine.step([.nan]) == DSC_ERROR_NON_FINITE)
    }
    #expect(seen == [true, false])
  }

  /// A hook's own text stays; without one the last error is not another call's.
  @Test func refusalsByHooksHaveText() {
    let engine = TestEngine([[1]], "sgd")
    #expect(engine.group("nope") == DSC_ERROR_OPTION)
    let silent = dsc_step_hooks(before: { _, _ in dsc_status(DSC_ERROR_SIZE) }, after: nil, user: nil)
    #expect(dsc_optimizer_set_hooks(engine.handle, silent) == DSC_OK)
    #expect(engine.step([1]) == DSC_ERROR_SIZE)
    #expect(TestEngine.lastError.hasPrefix("the hook before the step returned -2"))
    let speaking = dsc_step_hooks(
      before: { _, _ in dsc_average_update(nil, DSC_FLOAT32, 1, 0.5, nil, nil) }, after: nil, user: nil)
    #expect(dsc_optimizer_set_hooks(engine.handle, speaking) == DSC_OK)
    #expect(engine.step([1]) == DSC_ERROR_ARGUMENT && TestEngine.lastError.contains("current is NULL"))
  }

  // MARK: Setting up

  /// Slow weights of before the pause would pull the weights back to where they were then.
  @Test func lookaheadBeginsAnew() {
    let engine = TestEngine([[1]], "sgd", ["lr": 1])
    engine.values = [0]
    func look(_ steps: Int64) { #expect(dsc_optimizer_set_lookahead(engine.handle, 0, steps, 0.5) == DSC_OK) }
    look(1)
    #expect(engine.step([1]) == DSC_OK && engine.values == [-0.5])
    look(0)
    #expect(engine.step([1]) == DSC_OK && engine.values == [-1.5])
    look(1)
    #expect(engine.step([1]) == DSC_OK && engine.values == [-2])
  }

  @Test func stepCountsHaveRoomToRise() {
    let engine = TestEngine([[1]], "adam")
    let largest: Int64 = 1 << 53
    #expect(dsc_optimizer_set_step(engine.handle, 0, .max) == DSC_ERROR_ARGUMENT)
    #expect(dsc_optimizer_set_step(engine.handle, 0, largest + 1) == DSC_ERROR_ARGUMENT)
    #expect(TestEngine.lastError.contains("[0, 2^53]"))
    #expect(dsc_optimizer_set_step(engine.handle, 0, largest) == DSC_OK)
    #expect(engine.step([1]) == DSC_OK && engine.steps == [largest + 1])
  }

  /// In time that goes with the number of tensors: a comparison of each with each takes 15 s here.
  @Test func manyTensors() {
    let count = 200_000
    let engine = TestEngine(Array(repeating: [1], count: count))
    let clock = ContinuousClock()
    var status = dsc_status(DSC_ERROR_ARGUMENT)
    let time = clock.measure { status = engine.group("sgd", [:], Array(0..<count)) }
    #expect(status == DSC_OK && time < .seconds(5))
    #expect(engine.step(Array(repeating: 1, count: count)) == DSC_OK && engine.report.updated == count)
  }

  @Test func groupsAreTakenWholeOrNotAtAll() {
    let engine = TestEngine([[1], [1], [1]])
    #expect(engine.group("sgd", [:], [0, 2, 0]) == DSC_ERROR_ARGUMENT)
    #expect(TestEngine.lastError == "tensor 0 is in a group already")
    #expect(engine.group("muon", [:], [1, 2]) == DSC_ERROR_ARGUMENT)
    #expect(engine.group("sgd", [:], [2, 0]) == DSC_OK && engine.group("adam", [:], [1]) == DSC_OK)
  }

  @Test func samDoesNotGoAroundLBFGS() {
    let engine = TestEngine([[2]], "lbfgs")
    let values = engine.values
    #expect(engine.perturb([1, 2], rho: 0.1) == DSC_ERROR_ARGUMENT && engine.values == values)
    #expect(TestEngine.lastError.contains("SAM") && TestEngine.lastError.contains("lbfgs"))
  }
}
