import Descent
import Testing

/// Samplers' orders beside PyTorch's, and what drawing with replacement does.
@Suite struct SamplerTests {
  struct File: Decodable {
    let random: [Drawn]
    let weighted: [Weighted]
    let distributed: [Distributed]
    let defaultWeighted: [[Int]]
    let defaultReplacement: [[Int]]

    enum CodingKeys: String, CodingKey {
      case random, weighted, distributed
      case defaultWeighted = "default_weighted"
      case defaultReplacement = "default_replacement"
    }
  }

  struct Drawn: Decodable, Sendable {
    let n: Int
    let samples: Int?
    let replacement: Bool
    let seed: UInt64
    let orders: [[Int]]
  }

  struct Weighted: Decodable, Sendable {
    let weights: [Double]
    let samples: Int
    let replacement: Bool
    let seed: UInt64
    let orders: [[Int]]
  }

  struct Distributed: Decodable, Sendable {
    let n: Int
    let processes: Int
    let shuffle: Bool
    let dropLast: Bool
    let seed: UInt64
    let orders: [[[Int]]]
  }

  static let file = Fixtures.load("samplers.json", as: File.self)

  private static func data(_ n: Int) -> TensorDataset {
    TensorDataset(inputs: .arange(n), targets: .arange(n))
  }

  private static func order<Source: Dataset>(_ loader: DataLoader<Source>) -> [Int] {
    loader.flatMap { $0.inputs.doubles.map { Int($0) } }
  }

  // MARK: Beside PyTorch

  @Test(arguments: file.random) func random(_ test: Drawn) throws {
    let sampler = try RandomSampler(replacement: test.replacement, samples: test.samples)
    let loader = try DataLoader(Self.data(test.n), batchSize: 5, sampler: sampler, seed: test.seed)
    #expect(loader.batchCount == (test.orders[0].count + 4) / 5)
    #expect(test.orders.map { _ in Self.order(loader) } == test.orders)
  }

  @Test(arguments: file.weighted) func weighted(_ test: Weighted) throws {
    let sampler = try WeightedSampler(test.weights, samples: test.samples, replacement: test.replacement)
    let loader = try DataLoader(
      Self.data(test.weights.count), batchSize: 5, sampler: sampler, seed: test.seed)
    #expect(test.orders.map { _ in Self.order(loader) } == test.orders)
  }

  @Test(arguments: file.distributed) func distributed(_ test: Distributed) throws {
    for rank in 0..<test.processes {
      let sampler = try DistributedSampler(
        rank: rank, of: test.processes, shuffle: test.shuffle, seed: test.seed, dropLast: test.dropLast)
      let loader = try DataLoader(Self.data(test.n), batchSize: 5, sampler: sampler)
      #expect(test.orders[rank].map { _ in Self.order(loader) } == test.orders[rank])
      loader.epoch = 1
      #expect(Self.order(loader) == test.orders[rank][1])
    }
  }

  @Test func withoutASeed() throws {
    try alone(seed: 11) {
      let weights = (0..<60).map { Double($0 * 7919 % 101) / 10 + 0.01 }
      let loader = try DataLoader(
        Self.data(60), batchSize: 5, sampler: WeightedSampler(weights, samples: 30))
      #expect((0..<3).map { _ in Self.order(loader) } == Self.file.defaultWeighted)
      let other = try DataLoader(Self.data(23), batchSize: 5, sampler: RandomSampler(replacement: true))
      #expect((0..<3).map { _ in Self.order(other) } == Self.file.defaultReplacement)
    }
  }

  // MARK: The lecture's numbers

  /// Of n samples drawn n times with replacement, 1 - 1/e = 0.632 are seen, 1/e = 0.368 exactly once. With n = 10,000 the
  /// shares' standard deviations are 0.0031 (occupancy: sqrt((e - 2) / n) / e) and below 0.005 (a binomial's): five of them.
  @Test(arguments: [1, 2, 3] as [UInt64]) func sharesSeen(_ seed: UInt64) throws {
    let n = 10_000
    let loader = try DataLoader(
      Self.data(n), batchSize: 100, sampler: RandomSampler(replacement: true), seed: seed)
    var times = [Int](repeating: 0, count: n)
    for sample in Self.order(loader) { times[sample] += 1 }
    let seen = Double(times.filter { $0 > 0 }.count) / Double(n)
    let once = Double(times.filter { $0 == 1 }.count) / Double(n)
    #expect(abs(seen - 0.632) < 0.0005 + 5 * 0.0031)
    #expect(abs(once - 0.368) < 0.0005 + 5 * 0.005)
  }

  /// Weights 1 : 3, in 8000 draws: a binomial of deviation sqrt(8000 * 3/16) = 39.
  @Test func drawsFollowWeights() throws {
    let loader = try DataLoader(
      Self.data(2), batchSize: 100, sampler: WeightedSampler([1, 3], samples: 8000), seed: 4)
    let second = Self.order(loader).filter { $0 == 1 }.count
    #expect(abs(second - 6000) < 5 * 39)
  }

  /// Full batch, mini-batches and single samples are one loop: the gradient of the full batch is the mean of the others'.
  @Test func batchSizesOfOneLoop() throws {
    let x = Tensor(exactNumbers(60), shape: [12, 5], dtype: .float64)
    let y = Tensor(exactNumbers(12, step: 1), shape: [12, 1], dtype: .float64)
    let model = Linear(5, 1, dtype: .float64, generator: Generator(seed: 1))
    func gradient(_ batchSize: Int) throws -> [Double] {
      let loader = try DataLoader(
        TensorDataset(inputs: x, targets: y), batchSize: batchSize, shuffle: true, seed: 2)
      #expect(loader.batchCount == 12 / batchSize)
      for parameter in model.parameters { parameter.grad = nil }
      for batch in loader {
        (MSELoss()(model(batch.inputs), batch.targets) * (Double(batch.count) / 12)).backward()
      }
      return model.parameters.flatMap { $0.grad?.doubles ?? [] }
    }
    let whole = try gradient(12)
    for batchSize in [1, 4] {
      #expect(zip(try gradient(batchSize), whole).allSatisfy { abs($0 - $1) <= 1e-12 * max(abs($1), 1) })
    }
  }

  // MARK: One's own

  struct Backwards: Sampler {
    func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] { (0..<samples).reversed() }
  }

  struct Wrong: Sampler {
    let numbers: [Int]
    func order(of samples: Int, epoch: Int, generator: Generator) -> [Int] { numbers }
  }

  @Test func onesOwn() throws {
    let loader = try DataLoader(Self.data(5), batchSize: 2, sampler: Backwards())
    #expect(loader.map { $0.inputs.doubles } == [[4, 3], [2, 1], [0]])
    #expect(loader.shuffle)
  }

  @Test func refused() throws {
    func refused(_ mention: String, _ body: () throws -> Void) throws {
      let error = try #require(throws: DescentError.self) { try body() }
      #expect(error.message.contains(mention), "\(error.message)")
    }
    try refused("samples are 0") { _ = try RandomSampler(replacement: true, samples: 0) }
    try refused("samples are 0") { _ = try WeightedSampler([1], samples: 0) }
    try refused("weight 1 is -1") { _ = try WeightedSampler([1, -1], samples: 1) }
    try refused("weight 0 is nan") { _ = try WeightedSampler([.nan], samples: 1) }
    try refused("weight 0 is inf") { _ = try WeightedSampler([.infinity], samples: 1) }
    try refused("the sum of the 2 weights is 0") { _ = try WeightedSampler([0, 0], samples: 1) }
    try refused("the sum of the 0 weights is 0") { _ = try WeightedSampler([], samples: 1) }
    try refused("the sum of the 2 weights is inf") { _ = try WeightedSampler([1e308, 1e308], samples: 1) }
    try refused("but 2 weights are positive") {
      _ = try WeightedSampler([1, 0, 1], samples: 3, replacement: false)
    }
    try refused("2 weights, the data set 1 samples") {
      _ = try DataLoader(Self.data(1), sampler: WeightedSampler([1, 1], samples: 3))
    }
    try refused("3 of 3") { _ = try DistributedSampler(rank: 3, of: 3) }
    try refused("-1 of 3") { _ = try DistributedSampler(rank: -1, of: 3) }
    try refused("0 of 0") { _ = try DistributedSampler(rank: 0, of: 0) }
    try refused("both shuffle and a sampler (in order)") {
      _ = try DataLoader(Self.data(3), shuffle: true, sampler: SequentialSampler())
    }
    try refused("gave sample 3 at place 1, outside the 3 samples") {
      _ = try DataLoader(Self.data(3), sampler: Wrong(numbers: [0, 3, 1])).beginEpoch()
    }
    try refused("promised 3 samples of an epoch, and gave 1") {
      _ = try DataLoader(Self.data(3), sampler: Wrong(numbers: [0])).beginEpoch()
    }
  }
}
