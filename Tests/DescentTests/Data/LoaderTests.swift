import Descent
import Foundation
import Testing

/// Data that fails, samples one by one, sequences without a count, and batches read ahead.
@Suite struct LoaderTests {
  /// Numbers, of which some cannot be read.
  struct Faulty: SampleDataset, Sendable {
    let count: Int
    let bad: Set<Int>

    func sample(_ index: Int) throws(DescentError) -> Sample {
      guard !bad.contains(index) else { throw DescentError(.file, "sample \(index) is gone") }
      return Sample(input: Tensor([Double(index)]), target: Tensor([Double(index)]))
    }
  }

  private static func order(_ batches: some Sequence<Batch>) -> [Int] {
    batches.flatMap { $0.inputs.doubles.map { Int($0) } }
  }

  private static func makeTrainer() throws -> Trainer {
    let model = Linear(1, 1, dtype: .float64, generator: Generator(seed: 1))
    return Trainer(
      model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, SGD(learningRate: 1e-6)))
  }

  /// A data set of inputs [n, 1] and targets [n, 1].
  private static func line(_ n: Int) -> TensorDataset {
    let numbers = Tensor((0..<n).map(Double.init), shape: [n, 1])
    return TensorDataset(inputs: numbers, targets: numbers)
  }

  // MARK: Errors

  @Test(arguments: [nil, 2]) func errorsAreThrown(_ prefetch: Int?) throws {
    let data = Faulty(count: 10, bad: [7])
    let loader =
      try prefetch.map { try DataLoader(data, batchSize: 3, prefetch: $0) } ?? DataLoader(data, batchSize: 3)
    let batches = try loader.beginEpoch()
    #expect(try batches.nextBatch()?.inputs.doubles == [0, 1, 2])
    #expect(try batches.nextBatch()?.inputs.doubles == [3, 4, 5])
    let error = try #require(throws: DescentError.self) { try batches.nextBatch() }
    #expect(error.message == "sample 7 is gone")
    #expect(try batches.nextBatch() == nil && batches.remaining == 0)
    var seen = 0
    #expect(throws: error) { try loader.forEachBatch { seen += $0.count } }
    #expect(seen == 6)
    #expect(throws: error) { try Trainer.evaluate(Linear(1, 1, dtype: .float64), MSELoss(), on: loader) }
  }

  @Test func trainingStops() throws {
    final class Ends: TrainingCallback {
      var error: DescentError?
      func trainingDidEnd(_ trainer: Trainer, error: DescentError?) { self.error = error }
    }
    let (trainer, ends) = (try Self.makeTrainer(), Ends())
    let loader = try DataLoader(Faulty(count: 10, bad: [7]), batchSize: 3)
    let error = try #require(throws: DescentError.self) {
      try trainer.fit(loader, epochs: 2, callbacks: [ends])
    }
    #expect(error.message == "sample 7 is gone" && ends.error == error && trainer.completedEpochs == 0)
  }

  @Test func plainLoopsAreLoud() async {
    await #expect(processExitsWith: .failure) {
      for _ in try DataLoader(Faulty(count: 10, bad: [7]), batchSize: 3) {}
      exit(0)
    }
  }

  // MARK: Samples one by one

  @Test func stackedAndCollated() throws {
    let data = Faulty(count: 5, bad: [])
    let stacked = Array(try DataLoader(data, batchSize: 2))
    #expect(
      stacked.map(\.inputs.shape) == [[2, 1], [2, 1], [1, 1]] && stacked[0].targets.shape == [2, 1])
    let collated = try DataLoader(data, batchSize: 2) { samples in
      Batch(inputs: .cat(samples.map(\.input)), targets: .cat(samples.reversed().map(\.input)))
    }
    #expect(collated.map { $0.targets.doubles } == [[1, 0], [3, 2], [4]])
    let ahead = try DataLoader(data, batchSize: 2, prefetch: 1) { samples in
      Batch(inputs: .cat(samples.map(\.input)), targets: .cat(samples.map(\.input)))
    }
    #expect(Self.order(ahead) == Array(0..<5))
    let (part, _) = try data.split(0.6, generator: Generator(seed: 1))
    #expect(Self.order(try DataLoader(part, batchSize: 2)) == part.indices)
    let error = try #require(throws: DescentError.self) {
      try Batch(stacking: [
        Sample(input: .zeros([1]), target: .zeros([1])), Sample(input: .zeros([2]), target: .zeros([1])),
      ])
    }
    #expect(error.message.contains("the input of sample 1 of a batch is float32 of shape [2]"))
  }

  @Test func mapped() throws {
    let doubled = Self.line(5).mapped { Batch(inputs: $0.inputs * 2, targets: $0.targets) }
    #expect(Self.order(try DataLoader(doubled, batchSize: 2)) == [0, 2, 4, 6, 8])
    let short = Self.line(5).mapped { Batch(inputs: $0.inputs[0..<1], targets: $0.targets) }
    #expect(throws: DescentError.self) { try short.batch([0, 1]) }
  }

  // MARK: Sequences

  /// Samples that are made as they are asked for.
  struct Numbers: Sequence, Sendable {
    let count: Int

    struct Iterator: IteratorProtocol {
      let count: Int
      var index = 0

      mutating func next() -> Sample? {
        guard index < count else { return nil }
        defer { index += 1 }
        return Sample(input: Tensor([Double(index)]), target: Tensor([Double(index)]))
      }
    }

    func makeIterator() -> Iterator { Iterator(count: count) }
  }

  private static func samples(_ n: Int) -> Numbers { Numbers(count: n) }

  @Test func sequences() throws {
    let loader = try IterableLoader(Self.samples(7), batchSize: 3)
    for _ in 0..<2 { #expect(loader.map { $0.inputs.doubles } == [[0, 1, 2], [3, 4, 5], [6]]) }
    #expect(try IterableLoader(Self.samples(7), batchSize: 3, dropLast: true).map(\.count) == [3, 3])
    let batches = IterableLoader(batches: Array(loader))
    #expect(Self.order(batches) == Array(0..<7))
    #expect(loader.epochSize == nil)
    #expect(Self.order(try IterableLoader(Self.samples(7), batchSize: 3, prefetch: 2)) == Array(0..<7))
    let failing = IterableLoader { () throws(DescentError) in
      { () throws(DescentError) in throw DescentError(.file, "the line is dead") }
    }
    #expect(throws: DescentError(.file, "the line is dead")) { try failing.forEachBatch { _ in } }
    #expect(throws: DescentError.self) { try IterableLoader(Self.samples(7), batchSize: 0) }
    #expect(throws: DescentError.self) { try IterableLoader(Self.samples(7), batchSize: 1, prefetch: 0) }
  }

  /// The same steps as over a data set; an epoch that was stopped goes on.
  @Test func trainingOnASequence() throws {
    final class StopAfter: TrainingCallback {
      var seen: [Int?] = []
      let batches: Int
      init(_ batches: Int) { self.batches = batches }
      func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
        seen.append(progress.batches)
        if progress.batch == batches { trainer.stop() }
      }
    }
    let whole = try Self.makeTrainer()
    try whole.fit(DataLoader(Self.line(7), batchSize: 3), epochs: 2)
    let weights = whole.model.parameters.map(\.doubles)
    let loaders: [any BatchSource] = [
      try IterableLoader(Self.samples(7), batchSize: 3),
      IterableLoader(batches: Array(try IterableLoader(Self.samples(7), batchSize: 3))),
      try IterableLoader(Self.samples(7), batchSize: 3, prefetch: 1),
    ]
    for loader in loaders {
      let trainer = try Self.makeTrainer()
      let stop = StopAfter(2)
      try trainer.fit(loader, validation: loader, epochs: 2, callbacks: [stop])
      #expect(trainer.isInEpoch && stop.seen == [nil, nil])
      let history = try trainer.fit(loader, validation: loader, epochs: 2)
      #expect(trainer.model.parameters.map(\.doubles) == weights)
      #expect(history.epochs.count == 2)
    }
    let other = IterableLoader(batches: Array(try IterableLoader(Self.samples(7), batchSize: 4)))
    let trainer = try Self.makeTrainer()
    try trainer.fit(loaders[0], epochs: 1, callbacks: [StopAfter(1)])
    let error = try #require(throws: DescentError.self) { try trainer.fit(other, epochs: 1) }
    #expect(error.message.contains("cannot go on after sample 3: its batches end after 0 and 4"))
  }

  @Test func onePassOnly() throws {
    var iterator = Self.samples(4).makeIterator()
    let loader = try IterableLoader(AnyIterator { iterator.next() }, batchSize: 2)
    let trainer = try Self.makeTrainer()
    let error = try #require(throws: DescentError.self) { try trainer.fit(loader, epochs: 2) }
    #expect(error.message.contains("epoch 2 has no batch") && trainer.completedEpochs == 1)
  }

  // MARK: Reading ahead

  /// Notes how far it was read.
  final class Noted: Dataset, @unchecked Sendable {
    let count: Int
    private let lock = NSLock()
    private var indices: [Int] = []

    init(_ count: Int) { self.count = count }

    var asked: [Int] { lock.withLock { indices } }

    func batch(_ indices: ArraySlice<Int>) -> Batch {
      lock.withLock { self.indices += indices }
      let numbers = Tensor(indices.map(Double.init))
      return Batch(inputs: numbers, targets: numbers)
    }
  }

  @Test(arguments: [1, 2, 7, 1000]) func theOrderStays(_ depth: Int) throws {
    let plain = try DataLoader(Noted(50), batchSize: 3, shuffle: true, seed: 4)
    let ahead = try DataLoader(Noted(50), batchSize: 3, shuffle: true, seed: 4, prefetch: depth)
    for _ in 0..<3 { #expect(Self.order(ahead) == Self.order(plain)) }
    #expect(ahead.batchCount == plain.batchCount && ahead.state == plain.state)
  }

  /// No more than the depth, and one that is being made.
  @Test func theDepthIsKept() throws {
    let data = Noted(1000)
    let batches = try DataLoader(data, batchSize: 1, prefetch: 4).beginEpoch()
    for read in 1...5 {
      _ = try batches.nextBatch()
      Thread.sleep(forTimeInterval: 0.01)
      #expect(data.asked.count <= read + 5)
    }
    #expect(throws: DescentError.self) { try DataLoader(data, prefetch: 0) }
  }

  /// The thread, which has the data set, ends when nobody wants more batches: waiting for room, and at once.
  @Test(arguments: [0, 1, 3]) func theThreadEnds(_ taken: Int) throws {
    weak var data: Noted?
    do {
      let made = Noted(1000)
      data = made
      let batches = try DataLoader(made, batchSize: 1, prefetch: 2).beginEpoch()
      for _ in 0..<taken { _ = try batches.nextBatch() }
    }
    for _ in 0..<3000 where data != nil { Thread.sleep(forTimeInterval: 0.01) }
    #expect(data == nil)
  }

  @Test func theContextIsTheCallers() throws {
    let context = try Context(threads: 1)
    let loader = try DataLoader(Noted(4000), batchSize: 2000, prefetch: 1)
    try withContext(context) {
      let before = context.usedBytes
      let batches = try loader.beginEpoch()
      let first = try batches.nextBatch()
      #expect(context.usedBytes >= before + 16000)
      #expect(first?.count == 2000)
    }
  }

  // MARK: State

  /// Back to an epoch that has begun: the same order again, then the next.
  @Test(arguments: [nil, 6] as [UInt64?]) func goingBack(_ seed: UInt64?) throws {
    let sampler = try RandomSampler(replacement: true)
    let loader = try DataLoader(Self.line(20), batchSize: 4, sampler: sampler, seed: seed)
    _ = Self.order(loader)
    let batches = try loader.beginEpoch()
    let state = batches.state
    let (second, third) = (Self.order(IteratorSequence(batches)), Self.order(loader))
    let other = try DataLoader(Self.line(20), batchSize: 5, sampler: sampler, seed: seed)
    other.restore(state)
    #expect(other.epoch == 1 && other.state == state)
    #expect(Self.order(other) == second && other.epoch == 2)
    if seed != nil { #expect(Self.order(other) == third) }
    loader.restore(state)
    let rest = try loader.beginEpoch(after: 8)
    #expect(rest.remaining == 3 && rest.remainingSamples == 12)
    #expect(Self.order(IteratorSequence(rest)) == Array(second.dropFirst(8)))
  }
}
