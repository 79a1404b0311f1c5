import Descent
import Testing

/// Averages that the optimizer's step takes the weights into: the bits of a pass of their own after it.
@Suite struct StepAverageTests {
  /// The same average by a pass after each step.
  private final class Separate: TrainingCallback {
    let average: AveragedModel
    private let start: Int
    init(_ averaging: AveragedModel.Averaging = .exponential(decay: 0.9), from start: Int = 0) throws {
      average = AveragedModel(try SmallTraining.trainer().model, averaging)
      self.start = start
    }
    func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
      if trainer.steps > start { try average.update(from: trainer.model) }
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
