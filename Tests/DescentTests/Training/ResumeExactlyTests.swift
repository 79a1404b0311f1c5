import Descent
import Testing

/// Runs that were interrupted, saved and resumed by another process: the bits of not having been.
@Suite struct ResumeExactlyTests {
  /// What steers a run; each call makes it anew, as another process would.
  struct Setting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var rule: any OptimizerRule = Adam()
    let callbacks: @Sendable () -> [any TrainingCallback]
  }

  static let settings: [Setting] = [
    Setting(testDescription: "nothing") { [] },
    Setting(testDescription: "EMA after every step") { [WeightAveraging(.exponential(decay: 0.9))] },
    Setting(
      testDescription: "SWA after every epoch, buffers too", rule: SGD(learningRate: 0.1, momentum: 0.9)
    ) {
      [WeightAveraging(.equal, every: .epochs(1), from: .epochs(1), usesBuffers: true)]
    },
    Setting(testDescription: "accumulation, clipping and EMA") {
      [
        GradientAccumulation(batches: 3), GradientClipping(norm: 0.5),
        WeightAveraging(.exponential(decay: 0.9)),
      ]
    },
    Setting(testDescription: "early stopping", rule: SGD(learningRate: 0.5)) {
      [EarlyStopping(Monitor("validation_accuracy"), patience: 1)]
    },
    Setting(testDescription: "early stopping of the average", rule: SGD(learningRate: 0.5)) {
      [EarlyStopping(patience: 2), WeightAveraging(.exponential(decay: 0.5))]
    },
    Setting(testDescription: "a hand-over") {
      [OptimizerHandOver(to: SGD(learningRate: 0.01, momentum: 0.9), afterEpochs: 1)]
    },
    Setting(testDescription: "a plateau, fed by the validation", rule: SGD(learningRate: 0.3)) {
      [
        ScheduleCallback(.reduceLROnPlateau(factor: 0.5, patience: 0, threshold: 0.1)),
        EarlyStopping(patience: 2),
      ]
    },
    Setting(testDescription: "schedules by step and by epoch, accumulation", rule: SGD(momentum: 0.9)) {
      [
        GradientAccumulation(batches: 2), ScheduleCallback(.warmup(steps: 5).then(.cosine())),
        ScheduleCallback(.exponential(gamma: 0.9), option: "momentum", per: .epoch),
      ]
    },
    Setting(testDescription: "a schedule across a hand-over") {
      [
        OptimizerHandOver(to: SGD(learningRate: 0.05, momentum: 0.9), afterEpochs: 1),
        ScheduleCallback(.warmup(steps: 20).then(.cosine())),
      ]
    },
    Setting(testDescription: "one cycle, with momentum") {
      [ScheduleCallback(.oneCycle(maxLR: 0.01, steps: 39))]
    },
    Setting(testDescription: "two averages") {
      [
        WeightAveraging(.exponential(decay: 0.9)),
        WeightAveraging(.exponential(decay: 0.5), isEvaluated: false),
      ]
    },
  ]

  private func fit(_ trainer: Trainer, _ callbacks: [any TrainingCallback]) throws {
    try trainer.fit(
      SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 3,
      metrics: [Accuracy(), AreaUnderCurve(), ClassScore(.f1)], callbacks: callbacks)
  }

  /// 13 batches an epoch: at the start, within epochs, at their ends, in the midst of a step of several batches.
  @Test(arguments: settings, [1, 7, 13, 20, 26, 38]) func anywhere(_ setting: Setting, _ batch: Int) throws {
    try check(setting, batch, { try SmallTraining.trainer(setting.rule) }, fit)
  }

  /// Of scaled targets, measured in their own units.
  @Test(arguments: [1, 20, 38]) func aRegression(_ batch: Int) throws {
    let samples = 200
    let inputs = Tensor(exactNumbers(3 * samples), shape: [samples, 3], dtype: .float32)
    let targets = inputs.matmul(Tensor([3, -1, 0.5], shape: [3, 1], dtype: .float32)) * 7 + 100
    let scaler = try StandardScaler(fitting: targets)
    let data = TensorDataset(inputs: inputs, targets: scaler.transform(targets))
    let setting = Setting(testDescription: "a regression", rule: SGD(learningRate: 0.05, momentum: 0.9)) {
      [WeightAveraging(.exponential(decay: 0.9))]
    }
    try check(
      setting, batch,
      {
        let model = Sequential([Linear(3, 1, generator: Generator(seed: 4))])
        return Trainer(
          model: model, loss: try LossName.loss("huber", ["delta": 0.5]),
          optimizer: try Optimizer(for: model, setting.rule))
      },
      { trainer, callbacks in
        try trainer.fit(
          DataLoader(data, batchSize: 16, shuffle: true, seed: 8),
          validation: DataLoader(data, batchSize: 64), epochs: 3,
          metrics: [ScaledBack(RootMeanSquaredError(), by: scaler), RSquared()], callbacks: callbacks)
      })
  }

  private func check(
    _ setting: Setting, _ batch: Int, _ makeTrainer: () throws -> Trainer,
    _ fit: (Trainer, [any TrainingCallback]) throws -> Void
  ) throws {
    let whole = try alone {
      let trainer = try makeTrainer()
      try fit(trainer, setting.callbacks())
      return SmallTraining.Outcome(trainer)
    }
    try withTemporaryFolder { folder in
      try alone {
        let trainer = try makeTrainer()
        // The checkpoint comes first: the others' state must be that after the same batch all the same.
        try fit(
          trainer,
          [CheckpointCallback(folder: folder, every: [.steps(1)])] + setting.callbacks()
            + [SmallTraining.StopAfter(batch)])
      }
      let resumed = try alone(threads: 2, seed: 77) {
        let trainer = try makeTrainer()
        try Checkpoint.resume(trainer, from: folder)
        try fit(trainer, setting.callbacks())
        return SmallTraining.Outcome(trainer)
      }
      #expect(resumed == whole)
    }
  }

  /// As after a kill: from the last state that was saved within the epoch, not from where the run was stopped.
  @Test(arguments: [5, 17, 30]) func fromASaveInTheMidstOfAnEpoch(_ batch: Int) throws {
    final class Crash: TrainingCallback {
      private var left: Int
      init(_ batches: Int) { left = batches }
      func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
        left -= 1
        if left < 0 { throw DescentError(.resources, "crash") }
      }
    }
    let callbacks = { @Sendable in [WeightAveraging(.exponential(decay: 0.9))] as [any TrainingCallback] }
    let whole = try alone {
      let trainer = try SmallTraining.trainer()
      try fit(trainer, callbacks())
      return SmallTraining.Outcome(trainer)
    }
    try withTemporaryFolder { folder in
      let crash = try SmallTraining.failure {
        try alone {
          try fit(
            SmallTraining.trainer(),
            callbacks() + [CheckpointCallback(folder: folder, every: [.steps(4)]), Crash(batch)])
        }
      }
      #expect(crash.message == "crash")
      let (resumed, steps) = try alone(seed: 77) {
        let trainer = try SmallTraining.trainer()
        try Checkpoint.resume(trainer, from: folder)
        let steps = trainer.steps
        try fit(trainer, callbacks())
        return (SmallTraining.Outcome(trainer), steps)
      }
      #expect(steps <= batch && steps > batch - 9)
      #expect(resumed == whole)
    }
  }

  /// Restored weights are those of the best epoch, in memory and for use; the state has the last ones.
  @Test func earlyStoppingKeepsBoth() throws {
    try withTemporaryFolder { folder in
      try alone {
        let stopping = EarlyStopping(Monitor("validation_accuracy"), patience: 1)
        let trainer = try SmallTraining.trainer(SGD(learningRate: 0.5))
        try trainer.fit(
          SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 50, metrics: [Accuracy()],
          callbacks: [stopping, CheckpointCallback(folder: folder)])
        #expect(
          try #require(trainer.stopReason).contains("validation_accuracy has not improved for 1 epoch;"))
        #expect(stopping.bestEpoch < trainer.completedEpochs)
        let now = try trainer.evaluate(SmallTraining.validation(), metrics: [Accuracy()])
        #expect(now.accuracy == stopping.bestValue)
        let model = try SafeTensors.read("\(folder)/\(Checkpoint.modelFile)").tensors.mapValues(\.doubles)
        #expect(model == trainer.model.stateDict.mapValues(\.doubles))
        let state = try SafeTensors.read("\(folder)/\(Checkpoint.stateFile)").tensors
        #expect(state["model.1.weight"]?.doubles != model["1.weight"])
        // Resumed, it is over at once.
        let resumed = try SmallTraining.trainer(SGD(learningRate: 0.5))
        try Checkpoint.resume(resumed, from: folder)
        try resumed.fit(
          SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 50, metrics: [Accuracy()],
          callbacks: [EarlyStopping(Monitor("validation_accuracy"), patience: 1)])
        #expect(resumed.completedEpochs == trainer.completedEpochs && resumed.wasStopped)
        #expect(resumed.model.stateDict.mapValues(\.doubles) == model)
      }
    }
  }
}
