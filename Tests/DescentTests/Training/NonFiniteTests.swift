import Descent
import Testing

/// Batches whose loss or gradients are no numbers.
@Suite struct NonFiniteTests {
  /// Samples of which some are NaN.
  private struct Bad: Dataset {
    let images = SmallTraining.images
    let bad: Set<Int>
    var count: Int { images.count }
    func batch(_ indices: ArraySlice<Int>) -> Batch {
      let batch = images.batch(indices)
      return indices.contains(where: bad.contains)
        ? Batch(inputs: batch.inputs * .nan, targets: batch.targets) : batch
    }
  }

  private func loader(_ bad: Set<Int>) throws -> DataLoader<Bad> {
    try DataLoader(Bad(bad: bad), batchSize: 16)
  }

  @Test func badBatchesArePassedOver() throws {
    try alone {
      let (trainer, policy) = (
        try SmallTraining.trainer(SGD(learningRate: 0.1)), NonFinitePolicy(.skipBatch())
      )
      let history = try trainer.fit(loader([20, 100]), epochs: 1, metrics: [Accuracy()], callbacks: [policy])
      #expect(policy.skipped == 2 && trainer.steps == 11 && history.epochs[0].trainLoss.isFinite)
      #expect(trainer.model.parameters.allSatisfy { $0.doubles.allSatisfy { $0.isFinite } })
      #expect(trainer.optimizer.nonFiniteGuard == .propagate)
      let error = try SmallTraining.failure {
        try trainer.fit(loader(Set(0..<200)), epochs: 2, callbacks: [NonFinitePolicy(.skipBatch(limit: 3))])
      }
      #expect(error.code == .nonFinite)
    }
  }

  /// A loss that is a number, with a gradient that is none: the optimizer's guard sees it.
  @Test func badGradients() throws {
    final class Poison: TrainingCallback {
      func updateWillBegin(_ trainer: Trainer) throws(DescentError) {
        if trainer.steps == 3 && !isDone { trainer.optimizer.parameters[0].parameter.grad?.fill(.infinity) }
        isDone = trainer.steps == 3
      }
      private var isDone = false
    }
    try alone {
      let (trainer, policy) = (try SmallTraining.trainer(), NonFinitePolicy(.skipBatch()))
      try trainer.fit(loader([]), epochs: 1, callbacks: [Poison(), policy])
      #expect(policy.skipped == 1 && trainer.steps == 12)
      #expect(throws: DescentError.self) {
        try trainer.fit(loader([]), epochs: 2, callbacks: [NonFinitePolicy(.skipBatch(limit: 0))])
      }
    }
  }

  /// A rate that is too high: back to the last checkpoint, until it is low enough; the run ends well.
  @Test func backToTheLastCheckpoint() throws {
    try withTemporaryFolder { folder in
      try alone {
        let trainer = try SmallTraining.trainer(SGD(learningRate: 1e6))
        let checkpoints = CheckpointCallback(folder: folder, every: [.steps(2), .epochs(1)])
        let policy = NonFinitePolicy(.goBack(to: checkpoints, factor: 0.01, limit: 8))
        let average = WeightAveraging(.exponential(decay: 0.9))
        let history = try trainer.fit(
          SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 3, metrics: [Accuracy()],
          callbacks: [policy, average, checkpoints])
        #expect(policy.timesBack > 0 && trainer.learningRate < 1e6 && history.epochs.count == 3)
        #expect(trainer.steps == 39 && average.count == 39 && history.epochs[2].samples == 600)
        // It ends as a run does that began with this state and rate.
        #expect(trainer.model.parameters.allSatisfy { $0.doubles.allSatisfy { $0.isFinite } })
      }
    }
  }

  @Test func notForEver() throws {
    try withTemporaryFolder { folder in
      try alone {
        let trainer = try SmallTraining.trainer(SGD(learningRate: 0.1))
        let checkpoints = CheckpointCallback(folder: folder)
        let policy = NonFinitePolicy(.goBack(to: checkpoints, limit: 2))
        let error = try SmallTraining.failure {
          try trainer.fit(loader([150]), epochs: 1, callbacks: [policy, checkpoints])
        }
        #expect(error.code == .nonFinite && policy.timesBack == 2 && trainer.learningRate == 0.025)
      }
    }
  }
}
