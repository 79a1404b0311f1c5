import CDescent
import Testing

/// Averages that a step takes the weights into itself: the bits of a pass of their own after each step.
@Suite struct AverageTests {
  /// An engine, and averages of its weights.
  private final class Averaged {
    let engine: TestEngine
    let averages: UnsafeMutableBufferPointer<Double>

    init(_ engine: TestEngine) {
      self.engine = engine
      averages = .allocate(capacity: engine.values.count)
      _ = averages.initialize(from: TestEngine.numbers(engine.values.count, seed: 5))
    }

    deinit { averages.deallocate() }

    var numbers: [Double] { Array(averages) }

    func set(_ weight: Double?) {
      let place = weight == nil ? nil : UnsafeMutableRawPointer(averages.baseAddress)
      #expect(dsc_optimizer_set_average(engine.handle, place, weight ?? 0) == DSC_OK)
    }

    func update(_ weight: Double) {
      let count = averages.count
      #expect(
        dsc_average_update(nil, DSC_FLOAT64, count, weight, engine.values, averages.baseAddress) == DSC_OK)
    }
  }

  /// Runs steps with the average in them, and steps with a pass after each.
  private func compare(
    _ make: () -> TestEngine, weights: [Double] = [1, 0.1, 0.75], _ step: (TestEngine, Int) -> dsc_status
  ) {
    let (fused, separate) = (Averaged(make()), Averaged(make()))
    for round in 0..<6 {
      let weight = weights[round % weights.count]
      fused.set(weight)
      let status = step(fused.engine, round)
      #expect(step(separate.engine, round) == status)
      if status >= 0 { separate.update(weight) }
      #expect(fused.engine.values == separate.engine.values)
      #expect(fused.numbers == separate.numbers, "after step \(round)")
    }
    fused.set(nil)
    let before = fused.numbers
    _ = step(fused.engine, 6)
    #expect(fused.numbers == before)
  }

  private func gradients(_ engine: TestEngine, _ round: Int) -> [Double] {
    TestEngine.numbers(engine.values.count, seed: 10 + round)
  }

  /// Rules over elements and over tensors; the second tensor reaches over tiles.
  @Test(arguments: ["sgd", "adam", "adamw", "lion", "schedule_free_sgd", "lamb", "adafactor", "muon"])
  func rules(_ rule: String) {
    compare {
      TestEngine(rule == "muon" ? [[3, 5], [70, 300]] : [[3, 5], [7], [41, 500], [0], [1]], rule)
    } _: {
      $0.step(gradients($0, $1))
    }
  }

  /// What else a step's pass does comes before the average.
  @Test func lookaheadClippingAndStatistics() {
    compare {
      let engine = TestEngine([[5000], [3]], "sgd", ["lr": 0.1, "momentum": 0.9, "weight_decay": 0.01])
      engine.clip(0.5)
      #expect(dsc_optimizer_set_clip_value(engine.handle, 0.01) == DSC_OK)
      #expect(dsc_optimizer_set_lookahead(engine.handle, 0, 2, 0.5) == DSC_OK)
      #expect(dsc_optimizer_set_penalty(engine.handle, 0, 0.01, 0.02) == DSC_OK)
      #expect(dsc_optimizer_set_statistics(engine.handle, true) == DSC_OK)
      return engine
    } _: {
      $0.step(gradients($0, $1))
    }
  }

  /// The average of weights that a step leaves alone moves towards them all the same.
  @Test func weightsThatTakeNoPart() {
    compare {
      let engine = TestEngine([[4], [3], [2], [5], [6]])
      #expect(engine.group("sgd", ["lr": 0.5], [0, 3]) == DSC_OK)
      #expect(engine.group("lamb", ["lr": 0.5], [1, 4]) == DSC_OK)  // and tensor 2 is in no group
      #expect(dsc_optimizer_set_frozen(engine.handle, 3, true) == DSC_OK)
      return engine
    } _: { engine, round in
      let flags: [[UInt8]] = [[1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]]
      return engine.step(gradients(engine, round), has: flags[round % 4])
    }
  }

  @Test func rowGradients() {
    compare {
      TestEngine([[3], [6, 4], [2]], "adam", ["lr": 0.1])
    } _: { engine, round in
      let rows: [[Int64]] = [[1, 4], [], [0, 1, 5]]
      guard round % 4 < 3 else { return engine.step(gradients(engine, round)) }  // dense: row by row
      let touched = rows[round % 4]
      return engine.step(
        gradients(engine, round), rows: touched, of: 1,
        TestEngine.numbers(touched.count * 4, seed: 20 + round))
    }
  }

  /// A skipped step leaves the weights, which are taken in once more; one that is refused leaves the average too.
  @Test(arguments: [DSC_GUARD_SKIP, DSC_GUARD_STOP]) func guards(_ behaviour: dsc_guard) {
    compare {
      let engine = TestEngine([[3], [4]], "sgd", ["lr": 0.1])
      #expect(dsc_optimizer_set_guard(engine.handle, behaviour) == DSC_OK)
      return engine
    } _: { engine, round in
      var numbers = gradients(engine, round)
      if round % 2 == 1 { numbers[5] = .nan }
      return engine.step(numbers)
    }
  }

  /// More tensors make longer parameters than the average is of.
  @Test func moreTensorsEndIt() {
    let averaged = Averaged(TestEngine([[3]], "sgd"))
    averaged.set(0.5)
    #expect(dsc_optimizer_add_tensors(averaged.engine.handle, 1, [2], nil) == DSC_OK)
    let before = averaged.numbers
    averaged.engine.values += [1, 1]
    #expect(averaged.engine.step([1, 1, 1, 1, 1]) == DSC_OK && averaged.numbers == before)
  }

  /// L-BFGS, which goes over the parameters many times a step.
  @Test func closures() {
    let averaged = Averaged(TestEngine([[3]], "lbfgs", ["lr": 0.1]))
    averaged.set(0.25)
    let start = averaged.numbers
    #expect(averaged.engine.minimize() == DSC_OK)
    let expected = zip(start, averaged.engine.values).map { $0 + 0.25 * ($1 - $0) }
    #expect(zip(averaged.numbers, expected).allSatisfy { abs($0 - $1) < 1e-12 } && averaged.numbers != start)
  }
}
