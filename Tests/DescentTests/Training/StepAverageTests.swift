import Descent
import Testing

/// Averages that the optimizer's step takes the weights into: the bits of a pass of their own after it.
@Suite struct StepAverageTests {
  /// The same average by a pass after each step.
  private final class Separate: KeepsSteppedWeights {
    let average: AveragedModel
    private let start: Int, every: Int
    init(
      _ averaging: AveragedModel.Averaging = .exponential(decay: 0.9), from start: Int = 0, every: Int = 1
    ) throws {
      average = AveragedModel(try SmallTraining.trainer().model, averaging)
      (self.start, self.every) = (start, every)
    }
    func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
      if trainer.steps > start && trainer.steps % every == 0 { try average.update(from: trainer.model) }
    }
    var numbers: [String: [Double]] { average.module.stateDict.mapValues(\.doubles) }
  }

  /// Halves a weight after each step; whether it owns up to that.
  private final class Halving: TrainingCallback {
    let changesSteppedWeights: Bool
    init(ownsUp: Bool) { changesSteppedWeights = ownsUp }
    func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
      let weight = trainer.optimizer.parameters[0].parameter
      weight.copy(from: weight.detached() * 0.5)
    }
  }

  private func fit(_ trainer: Trainer, _ callbacks: [any TrainingCallback]) throws {
    try alone { try trainer.fit(SmallTraining.loader(), epochs: 2, callbacks: callbacks) }
  }

  private func check(
    _ trainer: Trainer, before: [any TrainingCallback] = [], _ averages: WeightAveraging, from start: Int = 0
  ) throws {
    let separate = try Separate(averages.averaging, from: start)
    try fit(trainer, before + [averages, separate])
    #expect(try #require(averages.averagedState).mapValues(\.doubles) == separate.numbers)
    #expect(averages.count == separate.average.averagedCount)
  }

  /// The groups' order is not the model's, and one of them takes no part for a while.
  @Test(arguments: [AveragedModel.Averaging.exponential(decay: 0.9), .equal])
  func groupsAndFrozenParameters(_ averaging: AveragedModel.Averaging) throws {
    let model = try SmallTraining.trainer().model
    let parameters = model.namedParameters
    let optimizer = try Optimizer(groups: [
      ParameterGroup(parameters.filter { $0.parameter.shape.rank == 1 }, SGD(learningRate: 0.1)),
      ParameterGroup(parameters.filter { $0.parameter.shape.rank == 2 }, LAMB(learningRate: 0.01)),
    ])
    optimizer.freeze { $0 == parameters[0].name }
    try check(
      Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer),
      before: [GradientAccumulation(batches: 2), GradientClipping(norm: 0.5)], WeightAveraging(averaging))
  }

  /// Parameters that the optimizer does not have, and an average that does not begin with the run.
  @Test func aPartOfTheModel() throws {
    let model = try SmallTraining.trainer().model
    let optimizer = try Optimizer(Array(model.parameters.dropFirst(2)), Adam())
    try check(
      Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer),
      WeightAveraging(.exponential(decay: 0.9), from: .steps(3)), from: 3)
  }

  /// The second has a pass of its own.
  @Test func twoAverages() throws {
    let trainer = try SmallTraining.trainer()
    let (first, second) = (
      WeightAveraging(.exponential(decay: 0.9)), WeightAveraging(.exponential(decay: 0.5))
    )
    let (one, other) = (try Separate(), try Separate(.exponential(decay: 0.5)))
    try fit(trainer, [first, second, one, other])
    #expect(first.averagedState?.mapValues(\.doubles) == one.numbers)
    #expect(second.averagedState?.mapValues(\.doubles) == other.numbers)
  }

  /// Who changes weights after the step is seen by an average that comes later, unless it says that it does not.
  @Test(arguments: [true, false]) func whoChangesWeights(_ ownsUp: Bool) throws {
    let averages = WeightAveraging(.exponential(decay: 0.9))
    let separate = try Separate()
    try fit(try SmallTraining.trainer(), [Halving(ownsUp: ownsUp), averages, separate])
    // The step itself took the weights in, before they were halved.
    #expect((averages.averagedState?.mapValues(\.doubles) == separate.numbers) == ownsUp)
  }

  /// Asked through the protocol, as averages ask.
  @Test func whoKeepsWeights() throws {
    let keeping: [any TrainingCallback] = [
      GradientClipping(norm: 1), GradientAccumulation(batches: 2), CheckpointCallback(folder: "nowhere"),
      WeightAveraging(.equal), try Separate(),
    ]
    #expect(keeping.allSatisfy { !$0.changesSteppedWeights })
    final class Silent: TrainingCallback {}
    let silent: any TrainingCallback = Silent()
    #expect(silent.changesSteppedWeights)
  }

  @Test func hooksAfterTheStep() throws {
    let trainer = try SmallTraining.trainer()
    trainer.optimizer.addHook(.afterStep) { optimizer throws(DescentError) in
      let weight = optimizer.parameters[0].parameter
      weight.copy(from: weight.detached() * 0.5)
    }
    try check(trainer, WeightAveraging(.exponential(decay: 0.9)))
  }

  @Test func closures() throws {
    let trainer = try SmallTraining.trainer(LBFGS(learningRate: 0.1, maxIterations: 2))
    try check(trainer, WeightAveraging(.exponential(decay: 0.9)))
  }

  /// Throws after the third step, which no average that comes later has had its turn after.
  private final class ThirdThrows: KeepsSteppedWeights {
    func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
      if trainer.steps == 3 { throw DescentError(.nonFinite, "the third step") }
    }
  }

  /// Looks at an average wherever the state is whole: what is saved there must have every step so far.
  private final class Whole: KeepsSteppedWeights {
    private let averages: WeightAveraging
    private let separate: Separate
    private let every: Int
    init(_ averages: WeightAveraging, _ separate: Separate, every: Int) {
      (self.averages, self.separate, self.every) = (averages, separate, every)
    }
    func stateIsWhole(_ place: SavePlace, _ trainer: Trainer) throws(DescentError) {
      #expect(averages.count == trainer.steps / every)
      guard averages.count > 0 else { return }
      #expect(averages.averagedState?.mapValues(\.doubles) == separate.numbers)
    }
  }

  /// A step that a callback throws after is in the averages once, with its own weight, where the run goes on.
  @Test(arguments: [AveragedModel.Averaging.exponential(decay: 0.9), .equal], [1, 3])
  func runsThatGoOnAfterAnError(_ averaging: AveragedModel.Averaging, every: Int) throws {
    let averages = WeightAveraging(averaging, every: .steps(every))
    let separate = try Separate(averaging, every: every)
    let policy = NonFinitePolicy(.skipBatch())
    let trainer = try SmallTraining.trainer()
    let whole = Whole(averages, separate, every: every)
    try fit(trainer, [whole, separate, ThirdThrows(), policy, averages])
    #expect(policy.skipped == 1 && trainer.steps == 26 && averages.count == 26 / every)
    #expect(averages.averagedState?.mapValues(\.doubles) == separate.numbers)
  }

  /// It ends the run where nobody handles it.
  @Test func runsThatEndWithAnError() throws {
    let (averages, separate) = (WeightAveraging(.equal), try Separate(.equal))
    #expect(throws: DescentError.self) {
      try fit(try SmallTraining.trainer(), [separate, ThirdThrows(), averages])
    }
    #expect(averages.count == 3 && averages.averagedState?.mapValues(\.doubles) == separate.numbers)
  }

  /// A step that fails leaves the averages, and one by hand between two runs is none of theirs.
  @Test func stepsThatFailAndStepsByHand() throws {
    let trainer = try SmallTraining.trainer()
    let averages = WeightAveraging(.exponential(decay: 0.9))
    try fit(trainer, [averages])
    let before = averages.averagedState?.mapValues(\.doubles)
    trainer.optimizer.setGuard(.stop)
    final class Spoil: TrainingCallback {
      func updateWillBegin(_ trainer: Trainer) throws(DescentError) {
        let weight = trainer.optimizer.parameters[0].parameter
        weight.grad = Tensor.ones(weight.shape) * Double.nan
      }
    }
    #expect(throws: DescentError.self) {
      try alone { try trainer.fit(SmallTraining.loader(), epochs: 3, callbacks: [averages, Spoil()]) }
    }
    #expect(averages.averagedState?.mapValues(\.doubles) == before && averages.count == 26)
    for (_, parameter) in trainer.optimizer.parameters { parameter.grad = .ones(parameter.shape) }
    try trainer.optimizer.step()
    #expect(averages.averagedState?.mapValues(\.doubles) == before)
  }
}
