import Descent
import Testing

/// Freezing, looking inside, copying and converting models; containers; networks from texts.
@Suite struct ModuleUtilityTests {
  private func makeModel() -> Sequential {
    Sequential {
      Linear(3, 4, generator: Generator(seed: 1))
      Residual { Linear(4, 4, generator: Generator(seed: 2)) }
      Parallel {
        Linear(4, 2, generator: Generator(seed: 3))
        Linear(4, 1, generator: Generator(seed: 4))
      }
    }
  }

  @Test func containers() {
    let model = makeModel()
    #expect(
      model.namedParameters.map(\.name) == [
        "0.weight", "0.bias", "1.body.0.weight", "1.body.0.bias", "2.0.weight", "2.0.bias", "2.1.weight",
        "2.1.bias",
      ])
    let x = Tensor([[1, 2, 3], [-1, 0, 2]])
    let (y, parts) = model.outputs(of: ["0", "1.body", "2.1"], for: x)
    #expect(y.shape == [2, 3] && parts.count == 3)
    let hidden = parts["0"]! + parts["1.body"]!
    #expect(y[0..<2, 2..<3].doubles == parts["2.1"]!.doubles)
    #expect(model.layers[2](hidden).doubles == y.doubles)
    let sum = Parallel(dim: nil) {
      ReLU()
      Tanh()
    }
    #expect(sum(x).doubles == (x.relu() + x.tanh()).doubles)
  }

  /// Who looks sees calls with several inputs, and is there again after somebody else looked.
  @Test func callsOfSeveralInputs() {
    final class Net: Module {
      let lstm = LSTM(2, 3)
      let head = Linear(3, 1)
      override func forward(_ x: Tensor) -> Tensor {
        let before = head.outputs(of: [""], for: .zeros([1, 3])).output
        return head(lstm(x, state: nil).output + before)
      }
    }
    let (y, parts) = Net().outputs(of: ["lstm", "head"], for: .zeros([4, 1, 2]))
    #expect(parts["lstm"]?.shape == [4, 1, 3])
    #expect(parts["head"]?.doubles == y.doubles)
  }

  @Test func frozenParametersStay() throws {
    let model = makeModel()
    model.setRequiresGrad(false) { $0.hasPrefix("0.") }
    let optimizer = try Optimizer(for: model, SGD(learningRate: 1))
    let before = model.stateDict.mapValues { $0.clone() }
    model(Tensor([[1, 2, 3]])).sum().backward()
    try optimizer.step()
    for (name, tensor) in model.stateDict {
      #expect((tensor.doubles == before[name]!.doubles) == name.hasPrefix("0."), "\(name)")
    }
    model.setRequiresGrad(true)
    #expect(model.parameters.allSatisfy { $0.requiresGrad })
  }

  @Test func copiesAndTypes() throws {
    let (model, other) = (makeModel(), makeModel())
    for parameter in other.parameters { parameter.fill(0.5) }
    try model.load(from: other)
    other.parameters[0].fill(0)
    #expect(model.parameters.allSatisfy { $0.doubles.allSatisfy { $0 == 0.5 } })
    let graph = model(Tensor([[1, 2, 3]])).sum()
    model.convert(to: .float64)
    #expect(model.parameters.allSatisfy { $0.dtype == .float64 && $0.requiresGrad })
    let wide = model(Tensor([1, 2, 3], shape: [1, 3], dtype: .float64))
    #expect(wide.dtype == .float64 && wide[0, 0].item() == graph.item() / 3)
    wide.sum().backward()
    let optimizer = try Optimizer(for: model, SGD(learningRate: 1))
    try optimizer.step()
    withExtendedLifetime(optimizer) {}
  }

  @Test func clipping() {
    let leaves = [[3.0, 4], [12]].map { Tensor($0, shape: [$0.count], dtype: .float64) }
    for leaf in leaves { leaf.requiresGrad = true }
    let unused = Tensor([1], shape: [1], dtype: .float64)
    unused.requiresGrad = true
    func derive() {
      for leaf in leaves {
        leaf.grad = nil
        (leaf * leaf / 2).sum().backward()
      }
    }
    derive()
    #expect(clipGradNorm(leaves + [unused], maxNorm: 100) == 13 && leaves[0].grad!.doubles == [3, 4])
    #expect(clipGradNorm(leaves, maxNorm: 6.5) == 13)
    let scale = 6.5 / (13 + 1e-6)
    let (first, second) = (leaves[0].grad!.doubles, leaves[1].grad!.doubles)
    #expect(first == [3 * scale, 4 * scale])
    #expect(second == [12 * scale])
    derive()
    #expect(clipGradNorm(leaves, maxNorm: 6, normType: .infinity) == 12)
    let limited = 12 * (6 / (12 + 1e-6))
    #expect(leaves[1].grad!.doubles == [limited])
    derive()
    #expect(clipGradNorm(leaves, maxNorm: 1e9, normType: 1) == 19)
    clipGradValue(leaves, limit: 3.5)
    #expect(leaves[0].grad!.doubles == [3, 3.5] && leaves[1].grad!.doubles == [3.5])
  }

  @Test func networksFromTexts() throws {
    let generator = { Generator(seed: 7) }
    let network = try Network("Linear(3, 4) relu linear(4, 2)", generator: generator())
    let shared = generator()
    let layers = Sequential {
      Linear(3, 4, generator: shared)
      ReLU()
      Linear(4, 2, generator: shared)
    }
    #expect(network.namedParameters.map(\.name) == layers.namedParameters.map(\.name))
    let x = Tensor([[1, -2, 3]])
    #expect(network(x).doubles == layers(x).doubles)
    let inferred = try Network("flatten linear(4) batchnorm1d linear(out_features=2)", inputs: [1, 3, 1])
    #expect(inferred.parameters[0].shape == [4, 3] && inferred.namedBuffers.count == 3)
    #expect(try inferred.layers(for: [5, 3, 1]).last?.outputShape == [5, 2])
    inferred.eval()
    #expect(inferred(.zeros([5, 3, 1])).shape == [5, 2])
    for text in [
      "linear(3", "linaer(3, 4)", "linear(3, 4, 5, 6)", "", "linear(3, bias=maybe)", "linear(2.5, 1)",
    ] {
      #expect(throws: DescentError.self) { try Network(text) }
    }
    #expect(throws: DescentError.self) { try Network("linear(4, 5)", inputs: [1, 3]) }
    let optimizer = try Optimizer(for: network, SGD(learningRate: 0.1))
    network(x).sum().backward()
    try optimizer.step()
    #expect(network(x).doubles != layers(x).doubles)
    try network.load(layers.stateDict)
    #expect(network(x).doubles == layers(x).doubles)
  }
}
