import Descent
import Foundation
import Testing

/// A model that serves many threads at once.
@Suite struct FrozenModelTests {
  private func model() -> Sequential {
    Sequential {
      Linear(20, 30, generator: Generator(seed: 1))
      BatchNorm1d(30)
      ReLU()
      Linear(30, 5, generator: Generator(seed: 2))
    }
  }

  @Test func manyThreadsAtOnce() async throws {
    let module = model()
    for seed in 0..<3 { _ = module(.randn([16, 20], generator: Generator(seed: UInt64(seed)))) }
    let frozen = module.frozen()
    #expect(!module.isTraining && module.parameters.allSatisfy { !$0.requiresGrad })
    func input(_ index: Int) -> Tensor {
      .randn([1 + index % 5, 20], generator: Generator(seed: UInt64(index)))
    }
    let expected = try (0..<64).map { try frozen.predict(input($0)).doubles }
    let found = try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
      for index in 0..<64 {
        group.addTask {
          let x = Tensor.randn([1 + index % 5, 20], generator: Generator(seed: UInt64(index)))
          return (index, try frozen.predict(x).doubles)
        }
      }
      return try await group.reduce(into: [Int: [Double]]()) { $0[$1.0] = $1.1 }
    }
    for (index, output) in expected.enumerated() { #expect(found[index] == output) }
  }

  @Test(arguments: [[4, 19], [20, 4], [], [0]] as [Shape]) func badShapesAreThrown(_ shape: Shape) throws {
    let frozen = model().frozen()
    let error = #expect(throws: DescentError.self) { try frozen.predict(.zeros(shape)) }
    #expect(
      error?.code == .mismatch && error?.message.contains("\(shape)") == true, "\(error?.message ?? "")")
    #expect(try frozen.predict(.zeros([0, 20])).shape == [0, 5])
  }

  @Test func optimizersAreRefused() {
    let module = model()
    _ = module.frozen()
    let error = #expect(throws: DescentError.self) { try Optimizer(for: module, SGD()) }
    #expect(error?.message.contains("frozen") == true)
  }

  private final class Recall: Module {
    let attention = MultiheadAttention(4, 2, generator: Generator(seed: 3))
    let cell = GRUCell(4, 4, generator: Generator(seed: 4))

    func callAsFunction(_ x: Tensor, memory: Tensor) -> (Tensor, weights: Tensor?) {
      let (found, weights) = attention(x, key: memory, needsWeights: true, isCausal: true)
      return (cell(found, state: nil), weights)
    }
  }

  @Test func severalInputs() throws {
    let model = Recall()
    let frozen = model.frozen()
    let x = Tensor.randn([3, 4], generator: Generator(seed: 5))
    let (y, weights) = try frozen.predict { (model: Recall) in model(x, memory: x) }
    #expect(y.doubles == model(x, memory: x).0.doubles && !y.requiresGrad)
    #expect(weights?.doubles[1] == 0 && weights?.shape == [3, 3])
    // A call's arguments are that call's alone.
    #expect(model.attention(x, key: nil, needsWeights: true).weights?.doubles[1] != 0)
    #expect(throws: DescentError.self) {
      try frozen.predict { (model: Recall) in model(x, memory: .zeros([2, 5])).0 }
    }
  }

  /// In evaluation norms are lowered in copies of the rows, and nothing is written to the weight.
  @Test func normsOfCopies() throws {
    let indices = Tensor([0, 2, 3, 1] as [Int64], shape: [2, 2])
    for padding in [nil, 2] {
      let embedding = Embedding(4, 4, paddingIndex: padding, maxNorm: 0.5, generator: Generator(seed: 6))
      let bag = EmbeddingBag(4, 4, paddingIndex: padding, maxNorm: 0.5, generator: Generator(seed: 6))
      let before = embedding.weight.doubles
      let rows = try embedding.frozen().predict(indices).doubles
      let means = try bag.frozen().predict(indices).doubles
      #expect(embedding.weight.doubles == before && bag.weight.doubles == before)
      embedding.train()
      bag.train()
      #expect(embedding(indices).doubles == rows && embedding.weight.doubles != before)
      #expect(bag(indices).doubles == means && bag.weight.doubles != before)
    }
  }

  @Test func badTypesAreThrown() throws {
    let frozen = model().frozen()
    #expect(throws: DescentError.self) { try frozen.predict(.zeros([2, 20], dtype: .float64)) }
    #expect(throws: DescentError.self) { try frozen.predict(.zeros([2, 20], dtype: .int64)) }
  }
}
