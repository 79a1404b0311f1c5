import Descent
import Testing

/// A small run with all that is random in training, shuffling and dropout, and with buffers.
enum SmallTraining {
  static let images = Glyphs.images(count: 200, seed: 9)

  static func trainer(_ rule: any OptimizerRule = Adam()) throws -> Trainer {
    let generator = Generator(seed: 4)
    let model = Sequential([
      Flatten(), Linear(784, 12, generator: generator), BatchNorm1d(12), ReLU(), Dropout(p: 0.3),
      Linear(12, 10, generator: generator),
    ])
    return Trainer(model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, rule))
  }

  /// 12 batches of 16 samples and one of 8.
  static func loader(seed: UInt64 = 8) throws -> DataLoader<ImageDataset> {
    try DataLoader(images, batchSize: 16, shuffle: true, seed: seed)
  }

  static func validation() throws -> DataLoader<ImageDataset> {
    try DataLoader(Glyphs.images(count: 60, seed: 10), batchSize: 25)
  }

  /// What a run leaves, but for its times.
  struct Outcome: Equatable {
    let weights: [String: [Double]]
    let optimizer: [String: [Double]]
    let epochs: [EpochRecord]
    let curve: [CurvePoint]

    init(_ trainer: Trainer) {
      weights = trainer.model.stateDict.mapValues(\.doubles)
      optimizer = trainer.optimizer.stateDict.mapValues(\.doubles)
      epochs = trainer.history.epochs.map { record in
        var record = record
        record.seconds = 0
        return record
      }
      curve = trainer.history.curve
    }
  }

  /// What `body` throws. Not a closure of `#require(throws:)`: the compiler takes others in its place.
  static func failure(_ body: () throws -> Void) throws -> DescentError {
    do {
      try body()
    } catch let error as DescentError {
      return error
    }
    Issue.record("nothing was thrown")
    return DescentError(.invalidArgument, "")
  }

  /// Stops the run after so many batches of all of `fit`'s.
  final class StopAfter: TrainingCallback {
    private var left: Int
    init(_ batches: Int) { left = batches }
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      left -= 1
      if left == 0 { trainer.stop() }
    }
  }
}
