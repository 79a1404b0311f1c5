import Descent
import Testing

/// PyTorch's random numbers: draws, weights, permutations, and the orders of its DataLoader.
@Suite struct RandomTests {
  struct File: Decodable {
    let draws: [Draw]
    let pairs: [[Double]]
    let linears: [LinearCase]
    let permutations: [Permutation]
    let seededOrders: [[Int]]
    let defaultOrders: [[Int]]

    enum CodingKeys: String, CodingKey {
      case draws, pairs, linears, permutations
      case seededOrders = "seeded_orders"
      case defaultOrders = "default_orders"
    }
  }

  struct Draw: Decodable, Sendable {
    let seed: UInt64
    let dtype: String
    let n: Int
    let kind: String
    let values: [Double]
  }

  struct LinearCase: Decodable, Sendable {
    let seed: UInt64
    let dtype: String
    let inputs: Int
    let outputs: Int
    let weight: [Double]
    let bias: [Double]
  }

  struct Permutation: Decodable, Sendable {
    let seed: UInt64
    let n: Int
    let values: [Int]
  }

  static let file = Fixtures.load("random.json", as: File.self)

  private static func ends(_ values: [Double]) -> [Double] {
    values.count <= 40 ? values : Array(values.prefix(16) + values.suffix(16))
  }

  /// Uniform numbers to the bit. Normal ones to 4 ULP: PyTorch approximates the logarithm and cosine.
  @Test(arguments: file.draws) func draws(_ draw: Draw) throws {
    let dtype = try #require(DType(rawValue: draw.dtype))
    let generator = Generator(seed: draw.seed)
    let drawn: Tensor =
      draw.kind == "rand"
      ? .rand([draw.n], dtype: dtype, generator: generator)
      : .randn([draw.n], dtype: dtype, generator: generator)
    let error = largestULP(drawn.doubles, draw.values, dtype)
    #expect(error <= (draw.kind == "rand" ? 0 : 4))
  }

  /// An odd number of single draws keeps the second half of a pair for the next call.
  @Test func normalPairsAreKept() {
    let generator = Generator(seed: 7)
    let first = Tensor.randn([5], dtype: .float64, generator: generator).doubles
    let second = Tensor.randn([2], dtype: .float64, generator: generator).doubles
    #expect(largestULP(first + second, Self.file.pairs.flatMap { $0 }, .float64) <= 4)
  }

  /// Initial weights, to the bit.
  @Test(arguments: file.linears) func linearInitialisation(_ test: LinearCase) throws {
    let dtype = try #require(DType(rawValue: test.dtype))
    let layer = Linear(test.inputs, test.outputs, dtype: dtype, generator: Generator(seed: test.seed))
    #expect(Self.ends(layer.weight.doubles) == test.weight)
    #expect(Self.ends(try #require(layer.bias).doubles) == test.bias)
  }

  @Test(arguments: file.permutations) func permutations(_ test: Permutation) {
    let order = Generator(seed: test.seed).permutation(test.n)
    #expect((test.n <= 40 ? order : Array(order.prefix(20) + order.suffix(20))) == test.values)
    #expect(order.sorted() == Array(0..<test.n))
  }

  @Test func defaultLoaderOrders() throws {
    try alone(seed: 11) {
      let data = TensorDataset(inputs: .arange(23), targets: .arange(23))
      let loader = try DataLoader(data, batchSize: 5, shuffle: true)
      let orders = (0..<3).map { _ in loader.flatMap { $0.inputs.doubles.map { Int($0) } } }
      #expect(orders == Self.file.defaultOrders)
    }
  }

  @Test func loaderOrders() throws {
    let data = TensorDataset(inputs: .arange(23), targets: .arange(23))
    let loader = try DataLoader(data, batchSize: 5, shuffle: true, seed: 5)
    let orders = (0..<3).map { _ in loader.flatMap { $0.inputs.doubles.map { Int($0) } } }
    #expect(orders == Self.file.seededOrders)
  }
}
