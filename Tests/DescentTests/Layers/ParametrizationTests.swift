import Descent
import Testing

/// Parameters that are computed, as modules have them: names, training, saving, converting.
@Suite struct ParametrizationTests {
  private func makeLayer() -> Linear { Linear(5, 3, generator: Generator(seed: 1)) }

  @Test func weightNormKeepsTheWeight() throws {
    let (plain, layer) = (makeLayer(), makeLayer().weightNorm())
    #expect(
      layer.namedParameters.map(\.name) == [
        "bias", "parametrizations.weight.original0", "parametrizations.weight.original1",
      ])
    #expect(layer.description == "Linear(in_features: 5, out_features: 3, weight_norm: weight)")
    #expect(layer.parameterCount == 3 + 3 + 15)
    let (weight, right) = (layer.parameter("weight").doubles, plain.weight.doubles)
    #expect(zip(weight, right).allSatisfy { abs($0 - $1) <= 1e-6 })
    #expect(layer.parameter("bias").doubles == plain.bias?.doubles)
    // One length for all.
    #expect(makeLayer().weightNorm(dim: nil).namedParameters[1].parameter.shape == [])
    layer.parameters[1].fill(2)
    let norms = layer.parameter("weight").square().sum(dim: 1).sqrt().doubles
    #expect(norms.allSatisfy { abs($0 - 2) < 1e-6 })
  }

  @Test func trains() throws {
    let generator = Generator(seed: 3)
    let model = Sequential {
      Linear(4, 6, generator: generator).weightNorm()
      Tanh()
      Linear(6, 1, generator: generator).spectralNorm(generator: generator)
    }
    let x = Tensor.randn([16, 4], generator: generator)
    let y = x.sum(dim: 1, keepingDimension: true) * 0.1
    let optimizer = try Optimizer(for: model, Adam(learningRate: 0.05))
    var losses: [Double] = []
    for _ in 0..<60 {
      optimizer.zeroGrad()
      let loss = MSELoss()(model(x), y)
      loss.backward()
      try optimizer.step()
      losses.append(loss.item())
    }
    #expect(losses[59] < losses[0] / 10)
    let last = model.layers[2] as? Linear
    model.eval()
    let before = model.stateDict.mapValues(\.doubles)
    _ = model(x)
    #expect(model.stateDict.mapValues(\.doubles) == before)
    // A matrix of one row has its norm as its only singular value.
    let norm = try #require(last).parameter("weight").square().sum().item()
    #expect(abs(norm - 1) < 1e-5)
  }

  @Test func savesAndConverts() throws {
    let make = { (seed: UInt64) in
      TransformerEncoderLayer(4, 2, feedforward: 6, dropout: 0, generator: Generator(seed: seed))
        .weightNorm("linear1.weight")
        .spectralNorm("self_attn.out_proj.weight", generator: Generator(seed: seed))
    }
    let (layer, other) = (make(1), make(2))
    #expect(layer.stateDict.keys.contains("linear1.parametrizations.weight.original1"))
    #expect(layer.stateDict.keys.contains("self_attn.out_proj.parametrizations.weight.0._u"))
    #expect(layer.namedBuffers.count == 2)
    try other.load(from: layer)
    layer.eval()
    other.eval()
    let x = Tensor.randn([3, 2, 4], generator: Generator(seed: 5))
    #expect(layer(x).doubles == other(x).doubles)
    let frozen = try layer.frozen().predict(x)
    #expect(frozen.doubles == other(x).doubles)
    other.convert(to: .float64)
    #expect(other.stateDict.values.allSatisfy { $0.dtype == .float64 })
    let wide = other(x.to(.float64)).doubles
    #expect(zip(wide, frozen.doubles).allSatisfy { abs($0 - $1) < 1e-5 })
    let summary = other.summary([3, 2, 4], dtype: .float64)
    #expect(summary.parameterCount == other.parameterCount)
  }

  @Test func networks() throws {
    let network = try Network(
      "weight_norm(linear(4)) relu spectral_norm(linear(2), n_power_iterations=2)", inputs: [1, 3],
      generator: Generator(seed: 1))
    #expect(network.namedParameters.map(\.name).first == "0.bias")
    #expect(
      network.namedBuffers.map(\.name) == [
        "2.parametrizations.weight.0._u", "2.parametrizations.weight.0._v",
      ])
    #expect(try network.layers(for: [5, 3]).map(\.parameterCount) == [4 + 4 + 12, 0, 8 + 2])
    let generator = Generator(seed: 1)
    let layers = Sequential {
      Linear(3, 4, generator: generator).weightNorm()
      ReLU()
      Linear(4, 2, generator: generator).spectralNorm(powerIterations: 2, generator: generator)
    }
    let x = Tensor.randn([5, 3], generator: Generator(seed: 2))
    #expect(network(x).doubles == layers(x).doubles)
  }

  /// Second derivatives by length and direction are those of the formula, written out.
  @Test func secondDerivatives() {
    let generator = Generator(seed: 4)
    let layer = Linear(4, 3, dtype: .float64, generator: generator).weightNorm()
    let x = Tensor.randn([5, 4], dtype: .float64, generator: generator)
    let (bias, length, direction) = (layer.parameters[0], layer.parameters[1], layer.parameters[2])
    func second(_ y: Tensor) -> [Double] {
      let leaves: [Tensor] = [bias, length, direction]
      let first = gradients(of: y.tanh().sum(), at: leaves, createGraph: true)
      let norm = first.reduce(Tensor(0, dtype: .float64)) { $0 + ($1 * $1).sum() }
      return gradients(of: norm, at: leaves).flatMap(\.doubles)
    }
    let found = second(layer(x))
    let weight = direction * (length / direction.square().sum(dim: 1, keepingDimension: true).sqrt())
    let right = second(x.matmul(weight.transposed()) + bias)
    #expect(zip(found, right).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) })
  }
}
