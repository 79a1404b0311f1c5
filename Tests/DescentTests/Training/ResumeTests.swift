import Descent
import Foundation
import Testing

/// Going on with an epoch that was stopped: with other batches, another order, other data; and saves cut short.
@Suite struct ResumeTests {
  /// Notes which samples were asked for.
  private final class Noted: Dataset {
    let images: ImageDataset
    var asked: [Int] = []

    init(_ count: Int) { images = Glyphs.images(count: count, seed: 9) }

    var count: Int { images.count }

    func batch(_ indices: ArraySlice<Int>) -> Batch {
      asked += indices
      return images.batch(indices)
    }
  }

  private final class StopAfter: TrainingCallback {
    let batches: Int
    init(_ batches: Int) { self.batches = batches }
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      if progress.batch == batches { trainer.stop() }
    }
  }

  private func makeTrainer() throws -> Trainer {
    let generator = Generator(seed: 4)
    let model = Sequential([Flatten(), Linear(784, 10, generator: generator)])
    return Trainer(model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, Adam()))
  }

  /// A run stopped after 10 batches of 16 samples out of 320, in a folder.
  private func stop(in folder: String, shuffle: Bool = true, seed: UInt64? = 8) throws -> [Int] {
    let data = Noted(320)
    let trainer = try makeTrainer()
    try trainer.fit(
      DataLoader(data, batchSize: 16, shuffle: shuffle, seed: seed), epochs: 1,
      callbacks: [StopAfter(10), CheckpointCallback(folder: folder)])
    #expect(data.asked.count == 160 && trainer.isInEpoch)
    return data.asked
  }

  /// The samples of the epoch are taken once each, in the epoch's order, whatever the batches.
  @Test(arguments: [1, 5, 16, 24, 100, 159, 160, 1000, .max]) func anotherBatchSize(_ batchSize: Int) throws {
    try withTemporaryFolder { folder in
      let asked = try stop(in: folder)
      let data = Noted(320)
      let trainer = try makeTrainer()
      try Checkpoint.resume(trainer, from: folder)
      let history = try trainer.fit(
        DataLoader(data, batchSize: batchSize, shuffle: true, seed: 8), epochs: 1)
      #expect(asked + data.asked == Generator.firstOrder(seed: 8, count: 320))
      #expect(history.epochs.count == 1 && !trainer.isInEpoch)
    }
  }

  /// A last batch that is left out may be all that is left.
  @Test func nothingLeftToTake() throws {
    try withTemporaryFolder { folder in
      _ = try stop(in: folder)
      let data = Noted(320)
      let trainer = try makeTrainer()
      try Checkpoint.resume(trainer, from: folder)
      try trainer.fit(
        DataLoader(data, batchSize: 200, shuffle: true, dropLast: true, seed: 8), epochs: 1)
      #expect(data.asked.isEmpty && trainer.completedEpochs == 1)
    }
  }

  struct Change: Sendable {
    var samples = 320
    var shuffle = true
    var seed: UInt64? = 8
    /// What is said; nil where the epoch goes on.
    let obstacle: String?
  }

  static let changes = [
    Change(obstacle: nil),
    Change(samples: 319, obstacle: "it began with 320 samples, there are 319 now"),
    Change(samples: 100, obstacle: "it began with 320 samples, there are 100 now"),
    Change(samples: 400, obstacle: "it began with 320 samples, there are 400 now"),
    Change(shuffle: false, obstacle: "it began shuffled, and is in order now"),
    Change(seed: 5, obstacle: "its random order came from the seed 8, not from 5"),
    Change(seed: nil, obstacle: "its random order came from the seed 8, not from none"),
  ]

  /// What cannot change in the midst of an epoch is refused, until the epoch is begun anew.
  @Test(arguments: changes) func anotherOrder(_ change: Change) throws {
    try withTemporaryFolder { folder in
      _ = try stop(in: folder)
      let data = Noted(change.samples)
      let loader = try DataLoader(data, batchSize: 16, shuffle: change.shuffle, seed: change.seed)
      let trainer = try makeTrainer()
      try Checkpoint.resume(trainer, from: folder)
      let before = trainer.model.parameters.map(\.doubles)
      #expect(trainer.obstacle(to: loader) == change.obstacle)
      guard let obstacle = change.obstacle else { return }
      let error = try #require(throws: DescentError.self) { try trainer.fit(loader, epochs: 1) }
      #expect(
        error.code == .mismatch
          && error.message.contains("epoch 1 cannot go on after sample 160: \(obstacle)"))
      #expect(trainer.model.parameters.map(\.doubles) == before && data.asked.isEmpty)
      trainer.restartEpoch()
      try trainer.fit(loader, epochs: 1)
      #expect(data.asked.sorted() == Array(0..<change.samples))
      if change.seed == 5 { #expect(data.asked == Generator.firstOrder(seed: 5, count: 320)) }
    }
  }

  /// Without a seed, what the epoch was drawn from is kept.
  @Test(arguments: [false, true]) func anOrderWithoutASeed(_ shuffle: Bool) throws {
    try withTemporaryFolder { folder in
      let asked = try stop(in: folder, shuffle: shuffle, seed: nil)
      let trainer = try makeTrainer()
      try Checkpoint.resume(trainer, from: folder)
      let data = Noted(320)
      let loader = try DataLoader(data, batchSize: 20, shuffle: shuffle)
      #expect(trainer.obstacle(to: loader) == nil)
      try trainer.fit(loader, epochs: 1)
      #expect((asked + data.asked).sorted() == Array(0..<320))
      #expect(((asked + data.asked) == Array(0..<320)) == !shuffle)
    }
  }

  /// Without a checkpoint between: the trainer goes on in the same order, with the same loader or another one.
  @Test(arguments: [false, true]) func goingOnInTheSameProcess(_ withAnotherLoader: Bool) throws {
    let data = Noted(320)
    let loader = try DataLoader(data, batchSize: 16, shuffle: true, seed: 8)
    let trainer = try makeTrainer()
    try trainer.fit(loader, epochs: 2, callbacks: [StopAfter(10)])
    let next = withAnotherLoader ? try DataLoader(data, batchSize: 16, shuffle: true, seed: 8) : loader
    try trainer.fit(next, epochs: 2)
    let whole = Noted(320)
    try makeTrainer().fit(DataLoader(whole, batchSize: 16, shuffle: true, seed: 8), epochs: 2)
    #expect(data.asked == whole.asked)
  }

  @Test func aNewSeedBetweenEpochs() throws {
    try withTemporaryFolder { folder in
      let trainer = try makeTrainer()
      try trainer.fit(
        DataLoader(Noted(320), batchSize: 16, shuffle: true, seed: 8), epochs: 1,
        callbacks: [CheckpointCallback(folder: folder)])
      let resumed = try makeTrainer()
      try Checkpoint.resume(resumed, from: folder)
      let data = Noted(320)
      try resumed.fit(DataLoader(data, batchSize: 16, shuffle: true, seed: 5), epochs: 2)
      #expect(data.asked == Generator.firstOrder(seed: 5, count: 320))
    }
  }

  // MARK: Saving

  /// Killed after any number of the files got their names: whoever opens the folder next finishes the save.
  @Test(arguments: 0...4) func aSaveCutShort(_ done: Int) throws {
    try withTemporaryFolder { folder in
      func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try write("an old chart", "loss.svg")
      let loader = try DataLoader(Noted(320), batchSize: 16, shuffle: true, seed: 8)
      let trainer = try makeTrainer()
      try trainer.fit(loader, epochs: 1, callbacks: [CheckpointCallback(folder: folder)])
      let before = trainer.history.csv
      let next = "\(folder)/next"
      try Folder.make(next)
      try trainer.fit(loader, epochs: 2, callbacks: [CheckpointCallback(folder: next)])
      // The second save, as it stands on disk before the first name is given.
      let names = [Checkpoint.stateFile, Checkpoint.modelFile, Checkpoint.historyFile]
      for name in names { #expect(rename("\(next)/\(name)", "\(folder)/\(name).7.part") == 0) }
      try write(
        (names.map { "+\t\($0)\t\($0).7.part" } + ["-\tloss.svg"]).joined(separator: "\n"),
        Checkpoint.journalFile)
      for name in names.prefix(done) { #expect(rename("\(folder)/\(name).7.part", "\(folder)/\(name)") == 0) }
      if done == 4 { #expect(unlink("\(folder)/loss.svg") == 0) }
      let resumed = try makeTrainer()
      try Checkpoint.resume(resumed, from: folder)
      #expect(resumed.completedEpochs == 2 && resumed.history.csv == trainer.history.csv)
      #expect(trainer.history.csv != before)
      let model = try SafeTensors.read("\(folder)/\(Checkpoint.modelFile)").tensors
      for (name, tensor) in resumed.model.stateDict { #expect(model[name]?.doubles == tensor.doubles) }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(left) == Set(names + ["next"]))
    }
  }

  @Test func aJournalThatIsNoneIsNamed() throws {
    try withTemporaryFolder { folder in
      try Checkpoint.save(try makeTrainer(), to: folder)
      for text in ["x", "+\ta", "-\ta\tb", "*\ta\tb", "-\t../a", "-\t/a", "-\t..", "+\ta\t../b", "+\t/a\tb"] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(Checkpoint.journalFile)"))
        let error = try #require(throws: DescentError.self) { try Checkpoint.finish(folder) }
        #expect(error.code == .format && error.message.contains("/.save is damaged"), "\(error)")
      }
    }
  }

  /// All files are on disk before the first one changes: where one cannot be written, none does.
  @Test func aSaveThatFailsChangesNothing() throws {
    try withTemporaryFolder { folder in
      let trainer = try makeTrainer()
      try Checkpoint.save(trainer, to: folder)
      let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(Checkpoint.stateFile)"))
      // A folder stands where the history's temporary file would.
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(Checkpoint.historyFile).\(getpid()).part", withIntermediateDirectories: true)
      trainer.model.parameters[0].fill(1)
      #expect(throws: DescentError.self) { try Checkpoint.save(trainer, to: folder) }
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(Checkpoint.stateFile)")) == before)
    }
  }

  /// Neither weights that are not finite nor such that give no finite loss are saved, or end a run well.
  @Test(arguments: [SGD(learningRate: 1e30), SGD(learningRate: .greatestFiniteMagnitude)])
  func lastStepsThatDiverge(_ rule: SGD) throws {
    try withTemporaryFolder { folder in
      let generator = Generator(seed: 4)
      let model = Sequential([
        Flatten(), Linear(784, 20, generator: generator), ReLU(), Linear(20, 10, generator: generator),
      ])
      let trainer = Trainer(
        model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, rule))
      let loader = try DataLoader(Noted(320), batchSize: 320)
      let error = try #require(throws: DescentError.self) {
        try trainer.fit(loader, epochs: 1, callbacks: [CheckpointCallback(folder: folder)])
      }
      #expect(error.code == .nonFinite && error.message.contains("after batch 1 of epoch 1"), "\(error)")
      #expect(throws: DescentError.self) { try Checkpoint.save(trainer, to: folder) }
      let saved = try SafeTensors.read("\(folder)/\(Checkpoint.modelFile)").tensors
      #expect(saved.values.allSatisfy { $0.doubles.allSatisfy { abs($0) < 1 } }, "the start's")
    }
  }

  @Test func aFirstLossThatIsNoNumber() throws {
    let trainer = try makeTrainer()
    trainer.model.parameters[0].fill(.nan)
    let error = try #require(throws: DescentError.self) {
      try trainer.fit(DataLoader(Noted(32), batchSize: 16), epochs: 1)
    }
    #expect(error.message.contains("the very first loss is nan") && !error.message.contains("learning rate"))
  }
}

extension Generator {
  /// The first epoch's order of a loader with this seed, as PyTorch has it.
  fileprivate static func firstOrder(seed: UInt64, count: Int) -> [Int] {
    let generator = Generator(seed: seed)
    _ = generator.next64()
    return generator.permutation(count)
  }
}
