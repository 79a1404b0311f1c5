import Descent
import Testing

/// Newton's method on modules: alone, and after a first-order optimizer.
@Suite struct NewtonFitTests {
  /// A noisy curve through 60 points.
  private static func data(_ dtype: DType = .float32) -> (inputs: Tensor, targets: Tensor) {
    let generator = Generator(seed: 5)
    let x = Tensor.randn([60, 1], dtype: dtype, generator: generator)
    let noise = Tensor.randn([60, 1], dtype: dtype, generator: generator)
    return (x, (x * 2).sin() + noise * 0.05)
  }

  private static func network(_ dtype: DType = .float32) -> Sequential {
    let generator = Generator(seed: 2)
    return Sequential {
      Linear(1, 5, dtype: dtype, generator: generator)
      Tanh()
      Linear(5, 1, dtype: dtype, generator: generator)
    }
  }

  /// A linear model has its answer in closed form: one step.
  @Test func linearModelsTakeOneStep() throws {
    let generator = Generator(seed: 1)
    let x = Tensor.randn([40, 3], dtype: .float64, generator: generator)
    let y = x.matmul(Tensor([1, -2, 3], shape: [3, 1], dtype: .float64)) + 0.5
    let model = Linear(3, 1, dtype: .float64)
    let loader = try DataLoader(TensorDataset(inputs: x, targets: y), batchSize: 7)
    let result = try Newton.fit(model, MSELoss(), loader, options: NewtonOptions(radius: 100))
    #expect(result.reason.isGood && result.iterations <= 2, "\(result)")
    #expect(
      zip(model.weight.doubles + model.bias!.doubles, [1, -2, 3, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(model.weight.dtype == .float64)
  }

  /// float32 parameters in an optimizer's buffers: Adam begins, Newton's method finishes, Adam goes on.
  @Test(arguments: [NewtonOptions.Method.automatic, .conjugateGradients, .lineSearch])
  func takesOverFromAnOptimizer(_ method: NewtonOptions.Method) throws {
    let (x, y) = Self.data()
    let model = Self.network()
    let optimizer = try Optimizer(for: model, Adam(learningRate: 0.05))
    func step() throws -> Double {
      optimizer.zeroGrad()
      let loss = MSELoss()(model(x), y)
      loss.backward()
      try optimizer.step()
      return loss.item()
    }
    for _ in 0..<50 { _ = try step() }
    let before = MSELoss()(model(x), y).item() + Penalty(l2: 1e-3)(model.parameters).item()
    let result = try Newton.fit(
      model, MSELoss(), [Batch(inputs: x, targets: y)], penalty: Penalty(l2: 1e-3),
      options: NewtonOptions(method: method))
    #expect(result.reason.isGood && result.gradientNorm < 1e-6, "\(result)")
    #expect(abs(result.trace[0].value - before) < 1e-6)
    let penalized = MSELoss()(model(x), y).item() + Penalty(l2: 1e-3)(model.parameters).item()
    #expect(abs(penalized - result.value) < 1e-6 && result.value < result.trace[0].value)
    #expect(model.parameters.allSatisfy { $0.dtype == .float32 })
    // Still the optimizer's own memory: its steps change the model.
    let there = model.parameters.flatMap(\.doubles)
    _ = try step()
    #expect(model.parameters.flatMap(\.doubles) != there)
  }

  /// The classes of a softmax network: a Hessian by products equals the exact one.
  @Test func classesAndBatches() throws {
    let generator = Generator(seed: 3)
    let x = Tensor.randn([90, 4], generator: generator)
    let y = Tensor(classes: (0..<90).map { (x[$0, 0] + x[$0, 1]).item() > 0.3 ? 2 : $0 % 2 })
    func fit(_ method: NewtonOptions.Method, _ batchSize: Int) throws -> NewtonResult {
      let model = Linear(4, 3, generator: Generator(seed: 4))
      return try Newton.fit(
        model, CrossEntropyLoss(), DataLoader(TensorDataset(inputs: x, targets: y), batchSize: batchSize),
        penalty: Penalty(l2: 1e-2), options: NewtonOptions(method: method))
    }
    let results = try [fit(.trustRegion, 90), fit(.trustRegion, 13), fit(.conjugateGradients, 45)]
    for result in results {
      #expect(result.reason == .gradient && abs(result.value - results[0].value) < 1e-12, "\(result)")
    }
  }

  @Test func badInput() throws {
    let model = Self.network()
    let none = try #require(throws: DescentError.self) { try Newton.fit(model, MSELoss(), [Batch]()) }
    #expect(none.message.contains("no samples"))
    let (x, y) = Self.data()
    let batch = [Batch(inputs: x, targets: y)]
    #expect(throws: DescentError.self) {
      try Newton.fit(model, MSELoss(), batch, penalty: Penalty(l1: 1))
    }
    let before = model.parameters.flatMap(\.doubles)
    #expect(throws: DescentError.self) { try Newton.fit(model, MSELoss(reduction: .none), batch) }
    #expect(throws: DescentError.self) { try Newton.fit(Sequential { Tanh() }, MSELoss(), batch) }
    #expect(model.parameters.flatMap(\.doubles) == before && model.parameters[0].dtype == .float32)
    model.parameters[0].fill(.nan)
    let error = try #require(throws: DescentError.self) { try Newton.fit(model, MSELoss(), batch) }
    #expect(error.message.contains("element 0"))
  }
}
