import Descent
import Testing

/// Schedules at work on an optimizer.
@Suite struct SchedulerTests {
  private func optimizer(_ rules: [any OptimizerRule] = [SGD(learningRate: 0.4)]) throws -> Optimizer {
    try Optimizer(
      groups: rules.enumerated().map { index, rule in
        ParameterGroup([(name: "\(index)", parameter: Parameter(Tensor.zeros([3])))], rule)
      })
  }

  @Test func optionsFollow() throws {
    let optimizer = try optimizer([SGD(learningRate: 0.4, momentum: 0.5), Adam(learningRate: 0.2)])
    let scheduler = try Scheduler(optimizer, .exponential(gamma: 0.5))
    try scheduler.bind(.warmup(steps: 2), option: "momentum", group: 0, per: .epoch)
    #expect(try optimizer.option("momentum") == 0)
    try scheduler.step()
    try scheduler.epoch()
    #expect(try optimizer.option("lr") == 0.2 && optimizer.option("lr", group: 1) == 0.1)
    #expect(try optimizer.option("momentum") == 0.25)
    #expect(scheduler.counts == (1, 1))
    #expect(scheduler.bindings.map(\.option) == ["lr", "lr", "momentum"])
    #expect(scheduler.bindings.map(\.base) == [0.4, 0.2, 0.5])
    try scheduler.goTo(step: 3)
    #expect(try optimizer.option("lr") == 0.05)
  }

  /// A rate of 0 leaves the weights alone.
  @Test func aRateOfZero() throws {
    let parameter = Parameter(Tensor([1, 2], dtype: .float64))
    let optimizer = try Optimizer([parameter], SGD(learningRate: 0.5))
    let scheduler = try Scheduler(optimizer, .warmup(steps: 2))
    (parameter * 3).sum().backward()
    try optimizer.step()
    #expect(parameter.doubles == [1, 2])
    try scheduler.step()
    try optimizer.step()
    #expect(parameter.doubles == [0.25, 1.25])
  }

  @Test func momentumCycles() throws {
    let optimizer = try optimizer([Adam()])
    let scheduler = try Scheduler(optimizer, .oneCycle(maxLR: 1, steps: 10))
    #expect(try abs(optimizer.option("beta1") - 0.95) < 1e-15 && abs(optimizer.option("lr") - 0.04) < 1e-15)
    #expect(scheduler.bindings.map(\.isMomentum) == [false, true])
    for _ in 0..<10 { try scheduler.step() }
    let before = try optimizer.option("lr")
    #expect(throws: DescentError.self) { try scheduler.step() }
    #expect(try optimizer.option("lr") == before && scheduler.counts.steps == 10)
    #expect(throws: DescentError.self) {
      try Scheduler(self.optimizer([Adagrad()]), .oneCycle(maxLR: 1, steps: 9))
    }
  }

  @Test func stateGoesOn() throws {
    let schedule = try Schedule("(warmup(3) square_root) * reduce_lr_on_plateau(patience=1, factor=0.5)")
    func run(stop: Int?) throws -> [Double] {
      var optimizer = try optimizer()
      var scheduler = try Scheduler(optimizer, schedule)
      return try (0..<20).map { step in
        try scheduler.step()
        if step % 2 == 1 { try scheduler.epoch(metric: 1) }
        if step == stop {
          let state = scheduler.stateDict
          optimizer = try self.optimizer()
          scheduler = try Scheduler(optimizer, schedule)
          try scheduler.load(state)
        }
        return try optimizer.option("lr")
      }
    }
    let whole = try run(stop: nil)
    #expect(whole[7] < whole[2])
    for stop in 0..<20 { #expect(try run(stop: stop) == whole) }
  }

  @Test func otherStatesAreRefused() throws {
    let one = try Scheduler(optimizer(), .squareRoot())
    let two = try Scheduler(optimizer(), .squareRoot())
    try two.bind(.squareRoot(), option: "weight_decay")
    let error = #expect(throws: DescentError.self) { try one.load(two.stateDict) }
    #expect(error?.code == .mismatch)
    #expect(throws: DescentError.self) { try one.load([:]) }
    #expect(throws: DescentError.self) { try one.bind(.squareRoot()) }
    #expect(throws: DescentError.self) { try one.bind(.squareRoot(), option: "weight_decay", group: -1) }
    #expect(throws: DescentError.self) { try one.bind(.squareRoot(), option: "nesterov") }
  }
}
