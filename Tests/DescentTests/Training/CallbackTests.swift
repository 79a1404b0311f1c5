import Descent
import Foundation
import Logging
import Testing

/// Each shipped callback by itself.
@Suite struct CallbackTests {
  private func fit(_ trainer: Trainer, epochs: Int = 2, _ callbacks: [any TrainingCallback]) throws {
    try alone {
      try trainer.fit(
        SmallTraining.loader(), validation: SmallTraining.validation(), epochs: epochs, metrics: [Accuracy()],
        callbacks: callbacks)
    }
  }

  // MARK: Accumulation

  /// Notes the gradients that steps are taken by.
  private final class Gradients: TrainingCallback {
    var all: [[Double]] = []
    func updateWillBegin(_ trainer: Trainer) throws(DescentError) {
      all.append(trainer.optimizer.parameters.flatMap { $0.parameter.grad?.doubles ?? [] })
    }
  }

  /// The gradients of a model without dropout, in float64, with samples in order.
  private func gradients(batchSize: Int, _ batches: Int) throws -> [[Double]] {
    let generator = Generator(seed: 4)
    let model = Sequential([
      Linear(3, 5, dtype: .float64, generator: generator), Tanh(),
      Linear(5, 1, dtype: .float64, generator: generator),
    ])
    let inputs = Tensor(exactNumbers(90), shape: [30, 3], dtype: .float64)
    let data = TensorDataset(inputs: inputs, targets: inputs.sum(dim: 1, keepingDimension: true))
    let trainer = Trainer(
      model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, SGD(learningRate: 0)))
    let notes = Gradients()
    try trainer.fit(
      DataLoader(data, batchSize: batchSize), epochs: 1,
      callbacks: [GradientAccumulation(batches: batches), notes])
    return notes.all
  }

  /// Batches of 7 leave a last one of 2: each counts by its samples.
  @Test(arguments: [(7, Int.max), (7, 5), (1, 30), (30, 1), (16, 2)])
  func theFullGradientInSmallBatches(_ batchSize: Int, _ batches: Int) throws {
    let (full, parts) = (try gradients(batchSize: 30, 1), try gradients(batchSize: batchSize, batches))
    #expect(full.count == 1 && parts.count == 1)
    #expect(zip(full[0], parts[0]).allSatisfy { abs($0 - $1) <= 1e-14 * max(1, abs($0)) })
  }

  /// 30 samples in batches of 4, three a step: 12, 12 and 6 samples.
  @Test func stepsOfSeveralBatches() throws {
    let (large, parts) = (try gradients(batchSize: 12, 1), try gradients(batchSize: 4, 3))
    #expect(large.count == 3 && parts.count == 3)
    for (a, b) in zip(large, parts) {
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-14 * max(1, abs($0)) })
    }
    #expect(throws: DescentError.self) { try gradients(batchSize: 4, 0) }
  }

  // MARK: Averages

  /// The callback's average is AveragedModel's, and it is what the validation sees.
  @Test(arguments: [AveragedModel.Averaging.exponential(decay: 0.9), .equal])
  func anAverageOfTheWeights(_ averaging: AveragedModel.Averaging) throws {
    final class Reference: TrainingCallback {
      let average: AveragedModel
      init(_ average: AveragedModel) { self.average = average }
      func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
        try average.update(from: trainer.model)
      }
    }
    let reference = Reference(AveragedModel(try SmallTraining.trainer().model, averaging))
    let (callback, trainer) = (WeightAveraging(averaging), try SmallTraining.trainer())
    try fit(trainer, [callback, reference])
    #expect(callback.count == 26)
    let expected = reference.average.module.stateDict.mapValues(\.doubles)
    #expect(try #require(callback.averagedState).mapValues(\.doubles) == expected)
    #expect(trainer.model.stateDict.mapValues(\.doubles) != expected)
    let last = try #require(trainer.history.epochs.last)
    try callback.apply(to: trainer.model)
    #expect(try trainer.evaluate(SmallTraining.validation()).loss == last.validationLoss)
    #expect(throws: DescentError.self) {
      try fit(try SmallTraining.trainer(), [WeightAveraging(.equal, every: .seconds(1))])
    }
  }

  // MARK: Ends

  @Test func aTimeLimit() throws {
    let trainer = try SmallTraining.trainer()
    try fit(trainer, epochs: 10_000, [TimeLimit(seconds: 0.05)])
    #expect(try #require(trainer.stopReason).contains("the time limit of 0.05 s"))
    #expect(throws: DescentError.self) { try fit(try SmallTraining.trainer(), [TimeLimit(seconds: -1)]) }
  }

  @Test func stoppingEarlyNeedsAColumn() throws {
    let error = try SmallTraining.failure {
      try fit(SmallTraining.trainer(), [EarlyStopping(Monitor("validation_acuracy"))])
    }
    #expect(error.message.contains("did you mean 'validation_accuracy'?"), "\(error)")
    #expect(throws: DescentError.self) { try fit(SmallTraining.trainer(), [EarlyStopping(patience: 0)]) }
  }

  /// A run that is stopped by somebody else goes on: it keeps the weights it has.
  @Test func stoppingEarlyOnlyRestoresWhereItEnds() throws {
    let trainer = try SmallTraining.trainer(SGD(learningRate: 0.5))
    let stopping = EarlyStopping(Monitor("validation_accuracy", .min), patience: 100)
    try fit(trainer, epochs: 3, [stopping, SmallTraining.StopAfter(30)])
    let stopped = trainer.model.stateDict.mapValues(\.doubles)
    try fit(trainer, epochs: 2, [])
    #expect(trainer.model.stateDict.mapValues(\.doubles) == stopped && stopping.bestEpoch > 0)
  }

  // MARK: Hand-over

  @Test func adamThenSGD() throws {
    let trainer = try SmallTraining.trainer()
    try trainer.optimizer.setClipping(norm: 0.5)
    _ = trainer.optimizer.freeze { $0 == "5.bias" }
    let frozen = trainer.model.stateDict["5.bias"]?.doubles
    try fit(
      trainer, epochs: 3, [OptimizerHandOver(to: SGD(learningRate: 0.02, momentum: 0.9), afterEpochs: 1)])
    #expect(trainer.optimizer.rules.map(\.ruleName) == ["sgd"] && trainer.optimizer.clipNorm == 0.5)
    #expect(trainer.history.epochs.map(\.learningRate) == [0.001, 0.02, 0.02])
    let state = trainer.optimizer.stateDict
    #expect(state["1.weight.momentum_buffer"] != nil && state["1.weight.exp_avg"] == nil)
    #expect(trainer.model.stateDict["5.bias"]?.doubles == frozen)
    // By hand: the same bits.
    let other = try SmallTraining.trainer()
    try other.optimizer.setClipping(norm: 0.5)
    _ = other.optimizer.freeze { $0 == "5.bias" }
    try alone {
      for epoch in 1...3 {
        if epoch == 2 { try other.optimizer.handOver(to: SGD(learningRate: 0.02, momentum: 0.9)) }
        try other.fit(
          SmallTraining.loader(seed: 8), validation: SmallTraining.validation(), epochs: epoch,
          metrics: [Accuracy()])
        if epoch == 1 { break }
      }
    }
    #expect(other.history.epochs[0].trainLoss == trainer.history.epochs[0].trainLoss)
    #expect(throws: DescentError.self) { try other.optimizer.handOver(to: NamedRule("nobody")) }
    #expect(throws: DescentError.self) { try other.optimizer.handOver(to: SGD(learningRate: -1)) }
    #expect(throws: DescentError.self) { try other.optimizer.handOver(to: Lookahead(Adam())) }
  }

  // MARK: The range test

  @Test func aRangeTest() throws {
    let trainer = try SmallTraining.trainer(SGD(learningRate: 0.123))
    let before = trainer.model.stateDict.mapValues(\.doubles)
    let test = LearningRateRangeTest(from: 1e-5, to: 100, steps: 80)
    try fit(trainer, epochs: .max, [test])
    #expect(trainer.model.stateDict.mapValues(\.doubles) == before && trainer.learningRate == 0.123)
    #expect(trainer.stopReason == "the range test is done" && trainer.divergenceFactor == 1e4)
    let rates = test.curve.map(\.learningRate)
    #expect(rates.count > 20 && rates.count <= 80 && rates[0] == 1e-5)
    #expect(zip(rates, rates.dropFirst()).allSatisfy { abs($1 / $0 - 1.22633) < 1e-4 })
    let suggestion = try #require(test.suggestion)
    #expect(suggestion > 1e-4 && suggestion < 10, "\(suggestion)")
    #expect(test.curve[0].rawLoss == test.curve[0].loss && test.curve[9].rawLoss != test.curve[9].loss)
    #expect(throws: DescentError.self) { try fit(trainer, [LearningRateRangeTest(from: 1, to: 0.1)]) }
  }

  /// A rate for each step, which several batches may make; the loss is their mean.
  @Test func aRangeTestOfLargeSteps() throws {
    let (trainer, test) = (try SmallTraining.trainer(), LearningRateRangeTest(from: 1e-5, to: 1e-3, steps: 4))
    let hook = Losses()
    try fit(trainer, epochs: .max, [GradientAccumulation(batches: 2), test, hook])
    #expect(test.curve.count == 4 && hook.all.count == 8)
    #expect((hook.all[0] + hook.all[1]) / 2 == test.curve[0].rawLoss)
  }

  private final class Losses: TrainingCallback {
    var all: [Double] = []
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      all.append(progress.loss)
    }
  }

  // MARK: Logs

  @Test func logsAndHooks() throws {
    try withTemporaryFolder { folder in
      let trainer = try SmallTraining.trainer()
      var steps: [Int] = []
      var names = Set<String>()
      try fit(
        trainer,
        [
          HistoryLog(.csv, to: "\(folder)/log.csv"), HistoryLog(.jsonLines, to: "\(folder)/log.jsonl"),
          MetricsHook(every: 5) { step, numbers in
            steps.append(step)
            names.formUnion(numbers.keys)
          },
        ])
      #expect(try String(contentsOfFile: "\(folder)/log.csv", encoding: .utf8) == trainer.history.csv)
      let lines = try String(contentsOfFile: "\(folder)/log.jsonl", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 2)
      let last = try #require(
        JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Double])
      #expect(Set(last.keys) == Set(trainer.history.columns))
      #expect(last["validation_accuracy"] == trainer.history.epochs[1]["validation_accuracy"])
      #expect(steps == [5, 10, 13, 18, 23, 26])
      #expect(names.isSuperset(of: ["loss", "train_accuracy", "validation_loss", "learning_rate"]))
    }
  }

  @Test func messagesGoToALogger() throws {
    let messages = Messages()
    let logger = Logger(label: "test") { _ in messages }
    try fit(SmallTraining.trainer(), [ConsoleLog(logger), SmallTraining.StopAfter(20)])
    #expect(messages.texts == ["info training begins", "info epoch 1", "info training ends: stopped"])
    #expect(throws: DescentError.self) {
      try fit(SmallTraining.trainer(SGD(learningRate: 1e30)), [ConsoleLog(logger)])
    }
    #expect(try #require(messages.texts.last).hasPrefix("error training failed: training diverged"))
  }

  /// Keeps what is logged.
  private final class Messages: LogHandler, @unchecked Sendable {
    var texts: [String] = []
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { texts.append("\(event.level) \(event.message)") }
  }

  // MARK: Schedules

  /// By steps and by epochs, over the run's own length; the base follows a rate that is lowered.
  @Test func schedulesAreFollowed() throws {
    let trainer = try SmallTraining.trainer(SGD(learningRate: 0.2, momentum: 0.9))
    let (rate, momentum) = (
      ScheduleCallback(.linearToZero()),
      ScheduleCallback(.step(stepSize: 1, gamma: 0.5), option: "momentum", per: .epoch)
    )
    try fit(trainer, [rate, momentum])
    #expect(trainer.history.curve.map(\.learningRate) == [0.2, 0.1] && trainer.learningRate == 0)
    #expect(try trainer.optimizer.option("momentum") == 0.225)
    #expect(rate.scheduler?.counts.steps == 26 && momentum.scheduler?.counts.epochs == 2)
    let other = try SmallTraining.trainer(SGD(learningRate: 0.2))
    try fit(other, [ScheduleCallback(.linearToZero(), base: 1), SmallTraining.StopAfter(13)])
    #expect(abs(other.learningRate - 0.5) < 1e-12)
    #expect(throws: DescentError.self) {
      try fit(SmallTraining.trainer(), [ScheduleCallback(.step(stepSize: 3), option: "nonsense")])
    }
  }

  /// Going back lowers what a schedule starts from.
  @Test func goingBackLowersTheSchedulesBase() throws {
    try withTemporaryFolder { folder in
      let trainer = try SmallTraining.trainer(SGD(learningRate: 1e6))
      let checkpoints = CheckpointCallback(folder: folder, every: [.steps(2)])
      let schedule = ScheduleCallback(.constant(factor: 0.5, totalIters: 5))
      let policy = NonFinitePolicy(.goBack(to: checkpoints, factor: 0.001, limit: 5))
      try fit(trainer, [schedule, policy, checkpoints])
      let base = try #require(schedule.scheduler?.bindings.first?.base)
      #expect(policy.timesBack > 0 && base < 2000 && trainer.learningRate == base)
    }
  }

  @Test func theBarShowsMetrics() throws {
    nonisolated(unsafe) var shown = ""
    try fit(
      SmallTraining.trainer(), [ProgressBar(isTerminal: true, width: { 100 }) { shown += $0 }])
    #expect(shown.contains("accuracy 0."))
  }
}
