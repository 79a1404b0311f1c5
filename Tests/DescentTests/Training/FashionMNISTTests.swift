import Descent
import Foundation
import Testing

/// The lecture's script on the real data, epoch by epoch as PyTorch runs it (seeds 0, 1, 2).
///
/// Needs the files: `DESCENT_DATA_DIR` names the folder that has `fashion-mnist/`.
@Suite(.serialized) struct FashionMNISTTests {
  private static let folder = ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"].map {
    "\($0)/fashion-mnist"
  }
  private static let isThere = folder.map { FileManager.default.fileExists(atPath: $0) } ?? false
  private static let data = Result { try StandardDataset.fashionMNIST.load(dataDirectory: folder) }

  struct Reference: Sendable {
    let seed: UInt64
    let losses: [Double]
    let accuracies: [Double]
  }

  /// PyTorch 2.13: SGD, learning rate 0.001, momentum 0.5, batches of 16, no shuffling.
  private static let references = [
    Reference(
      seed: 0,
      losses: [
        1.4145872998317082, 0.7286201318, 0.6043621611, 0.5396763426, 0.5035600807, 0.480819834, 0.464522687,
        0.4517011197, 0.4410087743, 0.431676058,
      ],
      accuracies: [0.6769, 0.764, 0.7969, 0.8105, 0.8208, 0.8251, 0.8286, 0.8311, 0.8329, 0.8368]),
    Reference(seed: 1, losses: [1.4008611784617107, 0.7204973628], accuracies: [0.6931, 0.7681]),
    Reference(seed: 2, losses: [1.4084758, 0.7297], accuracies: [0.6818, 0.7627]),
  ]

  private func train(
    _ rule: any OptimizerRule, seed: UInt64, batchSize: Int, epochs: Int
  ) throws -> [EpochRecord] {
    let data = try Self.data.get()
    return try alone(seed: seed) {
      let model = ModuleTests.NeuralNetwork()
      let trainer = Trainer(
        model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, rule))
      return try trainer.fit(
        DataLoader(data.training, batchSize: batchSize), validation: DataLoader(data.test, batchSize: 1000),
        epochs: epochs, metrics: [Accuracy()]
      ).epochs
    }
  }

  @Test(
    .enabled(if: isThere, "set DESCENT_DATA_DIR to the folder with fashion-mnist/"), arguments: references)
  func theLecturesRun(_ reference: Reference) throws {
    let records = try train(
      SGD(learningRate: 1e-3, momentum: 0.5), seed: reference.seed, batchSize: 16,
      epochs: reference.losses.count)
    for (record, (loss, accuracy)) in zip(records, zip(reference.losses, reference.accuracies)) {
      #expect(abs(record.trainLoss / loss - 1) < 1e-3)
      #expect(abs(try #require(record["validation_accuracy"]) - accuracy) < 0.003)
    }
  }

  @Test(.enabled(if: isThere, "set DESCENT_DATA_DIR to the folder with fashion-mnist/"))
  func adam() throws {
    let record = try #require(train(Adam(), seed: 0, batchSize: 64, epochs: 1).first)
    #expect(abs(record.trainLoss / 0.4916 - 1) < 1e-2)
  }
}
