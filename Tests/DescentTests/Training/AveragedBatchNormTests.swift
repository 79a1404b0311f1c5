import Descent
import Testing

/// Averaged weights in models with batch normalization: their running statistics are computed anew.
@Suite struct AveragedBatchNormTests {
  private func fit(_ trainer: Trainer, epochs: Int, _ callbacks: [any TrainingCallback]) throws {
    try trainer.fit(
      SmallTraining.loader(), validation: SmallTraining.validation(), epochs: epochs, metrics: [Accuracy()],
      callbacks: callbacks)
  }

  private func ordered() throws -> DataLoader<ImageDataset> {
    try DataLoader(SmallTraining.images, batchSize: 16)
  }

  /// What is saved for use at the end has the averages' statistics; the run itself is as without.
  @Test func atTheRunsEnd() throws {
    try withTemporaryFolder { folder in
      let (plain, expected) = try alone {
        let (trainer, averages) = (try SmallTraining.trainer(), WeightAveraging(.equal, every: .epochs(1)))
        try fit(trainer, epochs: 2, [averages])
        let model = try SmallTraining.trainer().model
        try averages.apply(to: model)
        try updateBatchNorm(model, ordered())
        return (SmallTraining.Outcome(trainer), model.stateDict.mapValues(\.doubles))
      }
      let averages = WeightAveraging(.equal, every: .epochs(1), batchNorm: try ordered())
      try alone {
        let trainer = try SmallTraining.trainer()
        try fit(trainer, epochs: 2, [averages, CheckpointCallback(folder: folder)])
        #expect(SmallTraining.Outcome(trainer) == plain)
      }
      #expect(expected["2.num_batches_tracked"] == [13])
      #expect(averages.averagedState?.mapValues(\.doubles) == expected)
      let saved = try SafeTensors.read("\(folder)/\(Checkpoint.modelFile)").tensors.mapValues(\.doubles)
      #expect(saved == expected)
      // In the state too: a run that is over has them when it is resumed.
      let again = WeightAveraging(.equal, every: .epochs(1), batchNorm: try ordered())
      try alone {
        let trainer = try SmallTraining.trainer()
        try Checkpoint.resume(trainer, from: folder)
        try fit(trainer, epochs: 2, [again])
      }
      #expect(again.averagedState?.mapValues(\.doubles) == expected)
    }
  }

  /// The pass draws dropout's masks, and orders of the loader that is trained on: a run that goes on does not see that.
  @Test func goingOnIsTheSame() throws {
    func outcome(_ ends: [Int]) throws -> (SmallTraining.Outcome, [String: [Double]]?) {
      try alone {
        let (trainer, loader) = (try SmallTraining.trainer(), try SmallTraining.loader())
        let averages = WeightAveraging(.exponential(decay: 0.9), usesBuffers: true, batchNorm: loader)
        for epochs in ends { try trainer.fit(loader, epochs: epochs, callbacks: [averages]) }
        return (SmallTraining.Outcome(trainer), averages.averagedState?.mapValues(\.doubles))
      }
    }
    let (parts, whole) = (try outcome([1, 2, 3]), try outcome([3]))
    #expect(parts.0 == whole.0 && parts.1 == whole.1)
  }

  /// Those in a network of a text are found as those of modules, and keep their momentum.
  @Test func inANetworkOfAText() throws {
    try alone {
      let network = try Network("batch_norm2d(1, momentum=0.25) flatten batch_norm1d(2)")
      let model = Sequential {
        BatchNorm2d(1, momentum: 0.25); Flatten(); BatchNorm1d(2)
      }
      let inputs = Tensor([1, 3, 5, 7, 2, 9] as [Float], shape: [3, 1, 1, 2])
      let data = TensorDataset(inputs: inputs, targets: Tensor(classes: [0, 1, 0]))
      for module in [network, model] as [Module] {
        _ = module(inputs)
        try updateBatchNorm(module, DataLoader(data, batchSize: 2, dropLast: true))
        _ = module(inputs)
        module.eval()
      }
      let expected = model.stateDict.mapValues(\.doubles)
      #expect(network.stateDict.mapValues(\.doubles) == expected)
      #expect(expected["0.num_batches_tracked"] == [2] && network(inputs).doubles == model(inputs).doubles)
    }
  }

  /// A state whose statistics are of another model is refused.
  @Test func statisticsThatDoNotFit() throws {
    try alone {
      let (trainer, averages) = (try SmallTraining.trainer(), WeightAveraging(.equal))
      try fit(trainer, epochs: 1, [averages])
      var state = averages.stateDict
      state["statistics.2.running_mean"] = Tensor([1.0])
      let error = try SmallTraining.failure { try averages.load(state, trainer) }
      #expect(error.code == .mismatch && error.message.contains("2.running_mean"), "\(error)")
    }
  }
}
