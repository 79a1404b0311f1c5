import Descent
import Testing

/// Where modules keep their parts, and what they are called.
@Suite struct MemberTests {
  private struct Head {
    let projection = Linear(2, 3, bias: false)
    let scale = Parameter(.ones([1]))
  }

  private enum Choice {
    case linear(Linear)
  }

  private final class Everything: Module {
    let list = [Parameter(.zeros([1])), Parameter(.zeros([2]))]
    let nested = [[Linear(1, 1, bias: false)], [Linear(1, 2, bias: false)]]
    let heads = ["b": Linear(2, 1, bias: false), "a": Linear(2, 2, bias: false)]
    let pair = (left: Parameter(.zeros([3])), right: Parameter(.zeros([4])))
    let unnamed = (Parameter(.zeros([5])), 7)
    let head = Head()
    let some: Parameter? = Parameter(.zeros([6]))
    let none: Parameter? = nil
    let maybe: [Linear?] = [nil, Linear(1, 3, bias: false)]
    let choice = Choice.linear(Linear(1, 4, bias: false))
    let running = Buffer(.zeros([7]))
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let Wq = Parameter(.zeros([8]))
    let queryWeight = Parameter(.zeros([9]))
    lazy var late = Linear(1, 5, bias: false)
    let numbers = [1.0, 2]
    let plain = Tensor.zeros([3])

    override init() {
      super.init()
      _ = late
    }
  }

  @Test func everywhere() {
    let model = Everything()
    #expect(
      model.namedParameters.map(\.name) == [
        "list.0", "list.1", "nested.0.0.weight", "nested.1.0.weight", "heads.a.weight", "heads.b.weight",
        "pair.left", "pair.right", "unnamed.0", "head.projection.weight", "head.scale", "some",
        "maybe.1.weight",
        "choice.weight", "Wq", "query_weight", "late.weight",
      ])
    #expect(model.namedBuffers.map(\.name) == ["running"])
    #expect(model.parameters.count == 17 && Set(model.stateDict.keys).count == 18)
    model.eval()
    #expect(!model.heads["a"]!.isTraining && !model.head.projection.isTraining)
  }

  /// State goes out and in under the same names, capitals and all.
  @Test func roundTrip() throws {
    let (one, other) = (Everything(), Everything())
    for (index, parameter) in one.parameters.enumerated() { parameter.fill(Double(index)) }
    try other.load(one.stateDict)
    #expect(other.Wq.doubles == [Double](repeating: 14, count: 8) && other.pair.right.doubles[0] == 7)
  }

  @Test func lookedUpOnce() {
    final class Counting: Module {
      var parts = [Linear(1, 1)]
    }
    let model = Counting()
    #expect(model.parameters.count == 2)
    model.parts.append(Linear(1, 1))
    #expect(model.parameters.count == 2)
    model.findMembers()
    #expect(model.parameters.count == 4)
  }

  @Test func whatCannotBeNamedStops() async {
    await #expect(processExitsWith: .failure) {
      final class Numbered: Module { let parts = [1: Linear(1, 1)] }
      _ = Numbered().parameters
    }
    await #expect(processExitsWith: .failure) {
      final class Twice: Module {
        let myPart = Linear(1, 1)
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let my_part = Linear(1, 1)
      }
      _ = Twice().parameters
    }
    await #expect(processExitsWith: .failure) { _ = Everything()(.zeros([1])) }
  }

  /// A pointer to a parent is no part, and what is used twice appears once.
  @Test func cyclesAndSharedParts() {
    final class Child: Module {
      weak var parent: Module?
      let weight = Parameter(.zeros([1]))
    }
    final class Parent: Module {
      let child = Child()
      let norm = BatchNorm1d(2)
      lazy var again = norm
      override init() {
        super.init()
        child.parent = self
        _ = again
      }
    }
    let model = Parent()
    model.eval()
    #expect(model.namedParameters.map(\.name) == ["child.weight", "norm.weight", "norm.bias"])
    #expect(
      model.namedBuffers.map(\.name) == ["norm.running_mean", "norm.running_var", "norm.num_batches_tracked"])
    #expect(
      model.modules.count == 3 && !model.child.isTraining && model.description.contains("(child): Child()"))
  }

  /// Training in float64 and back goes over what is shared once.
  @Test func sharedBuffersSurviveNewton() throws {
    final class Twice: Module {
      let layer = Linear(2, 1, generator: Generator(seed: 1))
      let norm = BatchNorm1d(2)
      lazy var again = norm
      override init() {
        super.init()
        _ = again
      }
      override func forward(_ x: Tensor) -> Tensor { layer(norm(x)) }
    }
    let model = Twice()
    let data = TensorDataset(
      inputs: .randn([20, 2], generator: Generator(seed: 2)), targets: .ones([20, 1]))
    _ = try Newton.fit(model, MSELoss(), DataLoader(data, batchSize: 20))
    #expect(model.norm.runningMean!.tensor.dtype == .float32 && model.layer.weight.dtype == .float32)
    #expect(model.norm.numBatchesTracked!.tensor.item() > 0 && model(data.inputs).isFinite.all())
    for parameter in model.parameters { parameter.requiresGrad = false }
    #expect(throws: DescentError.self) { try Newton.fit(model, MSELoss(), DataLoader(data, batchSize: 20)) }
  }

  @Test func unusedLazyPartsStop() async {
    await #expect(processExitsWith: .failure) {
      final class Late: Module {
        lazy var layer = Linear(1, 1)
      }
      _ = Late().parameters
    }
  }

  /// Several inputs and outputs: a method of the module's own.
  @Test func severalInputsAndOutputs() throws {
    final class Attention: Module {
      // swift-format-ignore: AlwaysUseLowerCamelCase
      let Wq = Linear(4, 3, bias: false, generator: Generator(seed: 1))
      // swift-format-ignore: AlwaysUseLowerCamelCase
      let Wk = Linear(4, 3, bias: false, generator: Generator(seed: 2))
      func callAsFunction(_ query: Tensor, _ memory: Tensor) -> (output: Tensor, weights: Tensor) {
        let weights = Wq(query).matmul(Wk(memory).transposed(-1, -2)).softmax()
        return (weights.matmul(memory), weights)
      }
    }
    let model = Attention()
    let optimizer = try Optimizer(for: model, SGD(learningRate: 0.5))
    let query = Tensor.randn([2, 5, 4], generator: Generator(seed: 3))
    let memory = Tensor.randn([2, 7, 4], generator: Generator(seed: 4))
    let (output, weights) = model(query, memory)
    #expect(output.shape == [2, 5, 4] && weights.shape == [2, 5, 7])
    #expect(weights.sum(dim: -1).doubles.allSatisfy { abs($0 - 1) < 1e-6 })
    var losses: [Double] = []
    for _ in 0..<20 {
      let loss = MSELoss()(model(query, memory).output, query)
      loss.backward()
      try optimizer.step()
      optimizer.zeroGrad()
      losses.append(loss.item())
    }
    #expect(losses[19] < losses[0] && model.namedParameters.map(\.name) == ["Wq.weight", "Wk.weight"])
  }

  @Test func descriptionAndSummary() {
    let model = Sequential {
      Flatten()
      Linear(8, 4)
      ReLU()
      Linear(4, 2, bias: false)
    }
    #expect(
      model.description == """
        Sequential(
          (0): Flatten()
          (1): Linear(in_features: 8, out_features: 4)
          (2): ReLU()
          (3): Linear(in_features: 4, out_features: 2, bias: false)
        )
        """)
    model.layers[3].parameters[0].requiresGrad = false
    let summary = model.summary([3, 2, 4])
    #expect(summary.rows.map(\.outputShape) == [[3, 8], [3, 4], [3, 4], [3, 2], [3, 2]])
    #expect(summary.rows.map(\.parameterCount) == [0, 36, 0, 8, 0])
    #expect(summary.parameterCount == 44 && summary.trainableCount == 36 && model.isTraining)
    #expect(
      summary.description == """
        part     type        output  parameters
        0        Flatten     [3, 8]           0
        1        Linear      [3, 4]          36
        2        ReLU        [3, 4]           0
        3        Linear      [3, 2]           8
        (model)  Sequential  [3, 2]           0
        44 parameters, 36 to train
        """)
  }
}
