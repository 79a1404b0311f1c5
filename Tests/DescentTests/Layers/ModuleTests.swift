import Descent
import Testing

/// Modules: names as in PyTorch, state, fusion.
@Suite struct ModuleTests {
  /// The lecture's network.
  final class NeuralNetwork: Module {
    let flatten = Flatten()
    let linearReluStack = Sequential {
      Linear(784, 512)
      ReLU()
      Linear(512, 512)
      ReLU()
      Linear(512, 10)
    }

    override func forward(_ x: Tensor) -> Tensor { linearReluStack(flatten(x)) }
  }

  class Base: Module {
    let scale = Parameter(.ones([1]))
  }

  final class Derived: Base {
    let blocks: [Module] = [Linear(2, 2), ReLU(), Linear(2, 1, bias: false)]
    let shared: Parameter
    let notAParameter = Tensor.zeros([3])

    override init() {
      shared = Parameter(.zeros([2]))
      super.init()
    }
  }

  @Test func namesArePyTorchs() {
    #expect(
      NeuralNetwork().namedParameters.map(\.name) == [
        "linear_relu_stack.0.weight", "linear_relu_stack.0.bias", "linear_relu_stack.2.weight",
        "linear_relu_stack.2.bias", "linear_relu_stack.4.weight", "linear_relu_stack.4.bias",
      ])
    #expect(
      Derived().namedParameters.map(\.name) == [
        "scale", "blocks.0.weight", "blocks.0.bias", "blocks.2.weight", "shared",
      ])
    #expect(NeuralNetwork().parameterCount == 669_706)
  }

  @Test func aSharedLayerIsCountedOnce() {
    let layer = Linear(2, 2)
    #expect(Sequential([layer, layer]).namedParameters.map(\.name) == ["0.weight", "0.bias"])
  }

  /// A state has what is used twice by both names, as PyTorch's, or by one of them.
  @Test func aSharedLayerIsLoadedByAnyOfItsNames() throws {
    let layer = Linear(2, 1, bias: false)
    let model = Sequential([layer, ReLU(), layer])
    #expect(Set(model.stateDict.keys) == ["0.weight", "2.weight"])
    for names in [["0.weight"], ["2.weight"], ["0.weight", "2.weight"]] {
      layer.weight.fill(0)
      let state = names.enumerated().map { ($1, Tensor([Float($0 + 1), 5], shape: [1, 2])) }
      #expect(try model.load(Dictionary(uniqueKeysWithValues: state)).isEmpty)
      #expect(layer.weight.doubles == [Double(names.count), 5])
    }
    #expect(throws: DescentError.self) { try model.load([:]) }
    let found = try model.load(["2.weight": .ones([3])], strict: false)
    #expect(found.mismatched.count == 1 && found.missing.isEmpty && found.unexpected.isEmpty)
  }

  @Test func trainAndEvalReachAllParts() {
    let model = NeuralNetwork()
    model.eval()
    #expect(
      !model.isTraining && !model.linearReluStack.isTraining && !model.linearReluStack.layers[0].isTraining)
    model.train()
    #expect(model.isTraining && model.linearReluStack.layers[4].isTraining)
  }

  /// A linear layer fused with its ReLU gives what the two give one after the other.
  @Test(arguments: [1, 16, 67]) func fusionChangesNothing(_ batch: Int) throws {
    let generator = Generator(seed: 1)
    let layer = Linear(67, 131, dtype: .float64, generator: generator)
    let x = Tensor.randn([batch, 67], dtype: .float64, generator: generator)
    x.requiresGrad = true
    func run(_ model: (Tensor) -> Tensor) throws -> [[Double]] {
      let y = model(x)
      (y * y).sum().backward()
      let results = [
        y, try #require(x.grad), try #require(layer.weight.grad), try #require(layer.bias?.grad),
      ].map(\.doubles)
      for tensor in [x, layer.weight, try #require(layer.bias)] { tensor.grad = nil }
      return results
    }
    let fused = try run { Sequential([layer, ReLU()])($0) }
    let plain = try run { layer($0).relu() }
    // Sums of up to 131 terms of either sign.
    for (a, b) in zip(fused, plain) { #expect(largestULP(a, b, .float64, scale: 131) <= 16) }
  }

  @Test func loadRefusesWhatDoesNotFit() throws {
    let model = Sequential([Linear(2, 3)])
    let good = model.stateDict.mapValues { $0.clone() }
    let before = model.parameters.map(\.doubles)
    var missing = good
    missing["0.bias"] = nil
    var extra = good
    extra["1.weight"] = .zeros([1])
    var shape = good
    shape["0.weight"] = .zeros([3, 3])
    var type = good
    type["0.weight"] = .zeros([3, 2], dtype: .float64)
    for (state, mentions) in [(missing, "0.bias"), (extra, "1.weight"), (shape, "[3, 3]"), (type, "float64")]
    {
      let error = try #require(throws: DescentError.self) { try model.load(state) }
      #expect(error.code == .mismatch && error.message.contains(mentions))
      #expect(model.parameters.map(\.doubles) == before)
    }
    try model.load(good.mapValues { Tensor.ones($0.shape) })
    #expect(model.parameters.allSatisfy { $0.doubles.allSatisfy { $0 == 1 } })
  }

  @Test func sizesThatDoNotFitStop() async {
    await #expect(processExitsWith: .failure) { _ = Linear(0, 1) }
    await #expect(processExitsWith: .failure) { _ = Linear(3, 1)(.zeros([2, 4])) }
    await #expect(processExitsWith: .failure) { _ = Linear(3, 1)(.zeros([2, 3], dtype: .float64)) }
  }
}
