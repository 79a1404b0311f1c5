import Descent
import Foundation
import Testing

/// The training loop: the lectures' worked numbers, resuming, stopping, diverging.
@Suite struct TrainerTests {
  // MARK: The worked numbers of the linear-regression document

  struct Worked: Sendable {
    let rule: SGD
    let start: (w: Double, b: Double)
    let end: (w: Double, b: Double)
  }

  /// y = 0.8 x + 1.2 at 1...5, one sample a step, learning rate 0.1. The document prints the ends to 4 decimals.
  static let worked: [Worked] = [
    Worked(
      rule: SGD(learningRate: 0.1), start: (-0.4464832597078477, 0.6697248895617717), end: (0.9559, 1.4754)),
    Worked(
      rule: SGD(learningRate: 0.1, weightDecay: 0.5), start: (-0.40864070781320644, 0.43288042258254356),
      end: (0.6061, 0.9894)),
    Worked(
      rule: SGD(learningRate: 0.1, momentum: 0.9), start: (-0.6616283073476618, 0.33456253662475244),
      end: (5.5695, 3.4704)),
    Worked(
      rule: SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.5), start: (0.5, -0.25),
      end: (3.315425781250001, 1.4442819531250004)),
  ]

  @Test(arguments: worked, [DType.float32, .float64]) func linearRegression(_ test: Worked, _ dtype: DType)
    throws
  {
    let model = Linear(1, 1, dtype: dtype)
    model.weight.fill(test.start.w)
    try #require(model.bias).fill(test.start.b)
    let x = Tensor([1, 2, 3, 4, 5], shape: [5, 1], dtype: dtype)
    let data = TensorDataset(inputs: x, targets: x * 0.8 + 1.2)
    let trainer = Trainer(model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, test.rule))
    try trainer.fit(DataLoader(data), epochs: 1)
    #expect(abs(model.weight.item() - test.end.w) < 0.5e-4)
    #expect(abs(try #require(model.bias).item() - test.end.b) < 0.5e-4)
  }

  // MARK: A small run

  private static let data = Glyphs.images(count: 320, seed: 9)

  private func makeTrainer(_ rule: any OptimizerRule = Adam()) throws -> (Trainer, DataLoader<ImageDataset>) {
    let generator = Generator(seed: 4)
    let model = Sequential([
      Flatten(), Linear(784, 20, generator: generator), ReLU(), Linear(20, 10, generator: generator),
    ])
    let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, rule))
    return (trainer, try DataLoader(Self.data, batchSize: 16, shuffle: true, seed: 8))
  }

  private final class StopAt: TrainingCallback {
    let batch: Int
    init(_ batch: Int) { self.batch = batch }
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      if (progress.epoch - 1) * (progress.batches ?? 0) + progress.batch == batch { trainer.stop() }
    }
  }

  @Test func lossFallsAndHistoryIsKept() throws {
    let (trainer, loader) = try makeTrainer()
    let history = try trainer.fit(
      loader, validation: DataLoader(Self.data, batchSize: 100), epochs: 8, metrics: [Accuracy()])
    #expect(history.epochs.map(\.epoch) == Array(1...8))
    #expect(history.epochs[7].trainLoss < 0.7 * history.epochs[0].trainLoss)
    #expect(try #require(history.epochs[7]["validation_accuracy"]) > 0.5)
    #expect(history.curve.map(\.samples) == (0..<8).map { $0 * 320 + 16 })
    #expect(history.csv.split(separator: "\n").count == 9)
    let evaluation = try trainer.evaluate(DataLoader(Self.data, batchSize: 7))
    #expect(abs(evaluation.loss - (try #require(history.epochs[7].validationLoss))) < 1e-5)
  }

  /// Stopped anywhere, saved, and resumed by a new process: the bits of not having stopped.
  @Test(arguments: [1, 13, 20, 33]) func resumingEqualsNotStopping(_ batch: Int) throws {
    try withTemporaryFolder { folder in
      let (whole, wholeLoader) = try makeTrainer()
      try whole.fit(wholeLoader, epochs: 3)
      let (first, firstLoader) = try makeTrainer()
      try first.fit(firstLoader, epochs: 3, callbacks: [StopAt(batch), CheckpointCallback(folder: folder)])
      #expect(first.wasStopped)
      let (second, secondLoader) = try makeTrainer()
      try Checkpoint.resume(second, from: folder)
      try second.fit(secondLoader, epochs: 3)
      #expect(second.model.parameters.map(\.doubles) == whole.model.parameters.map(\.doubles))
      #expect(second.history.curve == whole.history.curve)
      #expect(second.history.epochs.map(\.trainLoss) == whole.history.epochs.map(\.trainLoss))
    }
  }

  @Test func resumingWithAnotherModelOrOptimizer() throws {
    try withTemporaryFolder { folder in
      let (trainer, loader) = try makeTrainer()
      try trainer.fit(loader, epochs: 1, callbacks: [CheckpointCallback(folder: folder)])
      let other = Sequential([Flatten(), Linear(784, 10)])
      let wrong = Trainer(
        model: other, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: other, Adam()))
      let error = try #require(throws: DescentError.self) { try Checkpoint.resume(wrong, from: folder) }
      #expect(
        error.code == .mismatch
          && error.message.contains("1.weight is float32 [20, 784], not float32 [10, 784]"), "\(error)")
      let (sgd, _) = try makeTrainer(SGD())
      let before = sgd.model.parameters.map(\.doubles)
      #expect(throws: DescentError.self) { try Checkpoint.resume(sgd, from: folder) }
      #expect(sgd.model.parameters.map(\.doubles) == before)
    }
  }

  /// However narrow the terminal, the line ends before its end, with room for ^C; what matters most stays longest.
  @Test(arguments: [
    (200, "epoch 3/12 █", " 45%  12.5k/s  loss 0.1235  1:02:03 left"), (80, "epoch 3/12 █", "1:02:03 left"),
    (48, "epoch 3/12 45% loss", "0.1235 1:02:03 left"), (40, "epoch 3/12 45%", "1:02:03 left"),
    (30, "epoch 3/12 45% 1:02:03 left", ""), (29, "epoch 3/12 45%", ""), (10, "45%", ""), (3, "", ""),
    (0, "", ""),
  ]) func theProgressBarFits(_ width: Int, _ start: String, _ end: String) throws {
    let progress = TrainingProgress(
      epoch: 3, epochs: 12, batch: 1, batches: 2, samples: 38_070_000, samplesInEpoch: 84_607_500, loss: 1,
      meanLoss: 0.12345, seconds: 1, rate: 12_500)
    let line = try line(progress, width)
    #expect(line.count <= max(0, width - 3) && line.hasPrefix(start) && line.hasSuffix(end), "'\(line)'")
  }

  /// Numbers that are none do not stop a run.
  @Test(arguments: [.nan, .infinity, -1, -.infinity, 0, .greatestFiniteMagnitude] as [Double])
  func theProgressBarTakesAnyNumber(_ number: Double) throws {
    for samples in [-5, 0, 7, 10, 20, .max] {
      let progress = TrainingProgress(
        epoch: 1, epochs: 1, batch: 1, batches: 1, samples: samples, samplesInEpoch: 10, loss: number,
        meanLoss: number, seconds: number, rate: number)
      for width in [40, 80] { #expect(try line(progress, width).contains("%")) }
    }
  }

  private func line(_ progress: TrainingProgress, _ width: Int) throws -> String {
    nonisolated(unsafe) var shown = ""
    let bar = ProgressBar(isTerminal: true, width: { width }) { shown += $0 }
    try bar.batchDidEnd(progress, makeTrainer().0)
    let start = "\r\u{1B}[K"
    #expect(shown.hasPrefix(start))
    return String(shown.dropFirst(start.count))
  }

  @Test func aDivergingRunKeepsItsCheckpoint() throws {
    try withTemporaryFolder { folder in
      let (trainer, loader) = try makeTrainer(SGD(learningRate: 1e4))
      let error = try #require(throws: DescentError.self) {
        try trainer.fit(loader, epochs: 3, callbacks: [CheckpointCallback(folder: folder)])
      }
      #expect(
        error.code == .nonFinite && error.message.contains("diverged")
          && error.message.contains("learning rate"))
      let (saved, _) = try makeTrainer()
      let initial = saved.model.parameters.map(\.doubles)
      try saved.model.load(SafeTensors.read("\(folder)/model.safetensors").tensors)
      #expect(saved.model.parameters.map(\.doubles) == initial)
    }
  }

  @Test func aLoaderWithoutBatchesIsRefused() throws {
    let (trainer, _) = try makeTrainer()
    let loader = try DataLoader(Self.data, batchSize: 1000, dropLast: true)
    #expect(throws: DescentError.self) { try trainer.fit(loader, epochs: 1) }
    #expect(throws: DescentError.self) { try trainer.evaluate(loader) }
  }

  @Test func theProgressBarShowsWhatMatters() throws {
    let (trainer, loader) = try makeTrainer()
    nonisolated(unsafe) var shown = ""
    try trainer.fit(loader, epochs: 1, callbacks: [ProgressBar(isTerminal: true) { shown += $0 }])
    #expect(["epoch 1/1", "100%", "/s", "loss", "left", "█"].allSatisfy(shown.contains))
    #expect(shown.hasSuffix("\r\u{1B}[K"), "the line is cleared at the end")
    nonisolated(unsafe) var lines = ""
    try trainer.fit(loader, epochs: 2, callbacks: [ProgressBar(isTerminal: false) { lines += $0 }])
    #expect(!lines.contains("\r"))
  }
}
