import Descent
import Foundation

/// A run of `mlp/sgd/b16` through `Trainer.fit`, to be timed.
final class FitRun {
  /// What may be added to it.
  enum Extra: String, CaseIterable {
    case schedule, clipping, ema, metrics
  }

  private static let batch = 16
  private static let rule = SGD(learningRate: 1e-3, momentum: 0.5)

  private let trainer: Trainer
  private let batches: [Batch]
  private let callbacks: [any TrainingCallback]
  private let metrics: [any Metric]
  /// Where it is saved, until it ends.
  private let folder: URL?

  /// - Parameter saving: the seconds from save to save; nil: there are none.
  init(_ extras: [Extra] = [], savingEvery saving: Double? = nil) throws {
    let model = BenchRow.mlp()
    trainer = Trainer(
      model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, Self.rule))
    batches = Self.batches
    folder = try saving.map { _ in try Self.makeFolder() }
    let saves = folder.flatMap { folder in
      saving.map { CheckpointCallback(folder: folder.path, every: [.seconds($0)], start: .resumed) }
    }
    callbacks = extras.compactMap(Self.callback) + (saves.map { [$0] } ?? [])
    metrics = extras.contains(.metrics) ? [Accuracy(), TopKAccuracy(k: 5)] : []
  }

  deinit {
    if let folder { try? FileManager.default.removeItem(at: folder) }
  }

  private static func makeFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("descent-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func callback(_ extra: Extra) -> (any TrainingCallback)? {
    switch extra {
    case .schedule: ScheduleCallback(.warmup(steps: 500).then(.cosine(steps: 1_000_000)))
    case .clipping: GradientClipping(norm: 1)
    case .ema: WeightAveraging(.exponential(decay: 0.999))
    case .metrics: nil
    }
  }

  private static var batches: [Batch] {
    BenchRow.batches(
      .rand([batch * 10, 1, 28, 28]), Tensor(classes: (0..<batch * 10).map { $0 * 7 % 10 }), batch)
  }

  /// Seconds a step of the next so many, which are an epoch.
  func seconds(steps: Int) throws -> Double {
    let source = RepeatedBatches(batches: batches, count: steps)
    let time = try ContinuousClock().measure {
      try trainer.fit(
        source, epochs: trainer.completedEpochs + 1, metrics: metrics, callbacks: callbacks)
    }
    return time.seconds / Double(steps)
  }

  /// Seconds a step of so many that are written out, as often as asked.
  static func writtenOut(steps: Int) throws -> () throws -> Double {
    let step = try BenchRow.step(BenchRow.mlp(), CrossEntropyLoss(), rule, batches)
    return { try ContinuousClock().measure { for i in 0..<steps { try step(i) } }.seconds / Double(steps) }
  }
}

/// Batches that are in memory, one after another and again, so many of them an epoch.
private struct RepeatedBatches: BatchSource {
  let batches: [Batch]
  let count: Int

  var epochSize: EpochSize? { EpochSize(samples: count * batches[0].count, batches: count) }

  func beginEpoch(after samples: Int) -> BatchIterator {
    var next = samples / batches[0].count
    return BatchIterator(state: state, size: epochSize) { () throws(DescentError) in
      guard next < count else { return nil }
      next += 1
      return batches[next % batches.count]
    }
  }
}
