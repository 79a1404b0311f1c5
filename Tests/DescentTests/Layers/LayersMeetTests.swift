import Descent
import Testing

/// Models with buffers, dropout and layers that are used twice, in what else there is.
@Suite struct LayersMeetTests {
  private final class Model: Module {
    let first = Linear(4, 6)
    let norm = BatchNorm1d(6)
    let dropout = Dropout(p: 0.4)
    let shared = Linear(6, 6)
    /// The same layer by another name.
    let again: Linear
    let head = Linear(6, 2)

    override init() { again = shared }

    override func forward(_ x: Tensor) -> Tensor {
      head(again(dropout(shared(norm(first(x)).relu())).tanh()))
    }
  }

  private static func model() -> Model {
    manualSeed(3)
    return Model()
  }

  private static var data: TensorDataset {
    let generator = Generator(seed: 4)
    let x = Tensor.randn([48, 4], generator: generator)
    return TensorDataset(inputs: x, targets: x[.all, 0..<2].tanh())
  }

  private static func trainer(_ model: Module) throws -> Trainer {
    Trainer(model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, Adam(learningRate: 0.01)))
  }

  private static func state(_ model: Module) -> [String: [Double]] { model.stateDict.mapValues(\.doubles) }

  @Test func whatIsUsedTwiceCountsOnce() throws {
    let model = Self.model()
    #expect(model.parameterCount == 30 + 12 + 42 + 14)
    #expect(model.stateDict.count == 2 + 5 + 2 + 2 + 2)
    let optimizer = try Optimizer(for: model, SGD(learningRate: 1))
    model(Self.data.inputs).sum().backward()
    let (before, gradient) = (model.shared.weight.doubles, model.shared.weight.grad!.doubles)
    try optimizer.step()
    for (found, (old, g)) in zip(model.shared.weight.doubles, zip(before, gradient)) {
      #expect(abs(found - (old - g)) < 1e-6)
    }
  }

  /// A run that was stopped goes on with the same masks, statistics and averages as one that was not.
  @Test func checkpoints() throws {
    let loader = { try DataLoader(Self.data, batchSize: 16, shuffle: true, seed: 5) }
    let whole = Self.model()
    _ = try Self.trainer(whole).fit(loader(), epochs: 3)
    try withTemporaryFolder { folder in
      let half = Self.model()
      let trainer = try Self.trainer(half)
      _ = try trainer.fit(loader(), epochs: 1)
      try Checkpoint.save(trainer, to: folder)
      let saved = try SafeTensors.read("\(folder)/\(Checkpoint.modelFile)").tensors
      #expect(saved["shared.weight"] != nil && saved["again.weight"] == nil)
      manualSeed(99)
      let other = Model()
      let resumed = try Self.trainer(other)
      try Checkpoint.resume(resumed, from: folder)
      _ = try resumed.fit(loader(), epochs: 3)
      #expect(Self.state(other) == Self.state(whole))
    }
  }

  @Test func sharpnessAwareSteps() throws {
    let model = Self.model()
    let optimizer = try Optimizer(for: model, SGD(learningRate: 0.1))
    let sam = SAM(optimizer)
    var losses: [Double] = []
    for _ in 0..<60 {
      let report = try sam.step { () throws(DescentError) in
        optimizer.zeroGrad()
        let loss = MSELoss()(model(Self.data.inputs), Self.data.targets)
        loss.backward()
        losses.append(loss.item())
        return loss
      }
      _ = report
    }
    #expect(losses.last! < losses.first! / 2)
    #expect(model.norm.numBatchesTracked!.tensor.item() == 120)
  }

  @Test func averages() throws {
    let model = Self.model()
    manualSeed(3)
    let average = AveragedModel(Model(), .exponential(decay: 0.5), usesBuffers: true)
    let trainer = try Self.trainer(model)
    var expected: [Double] = []
    for epoch in 1...3 {
      _ = try trainer.fit(DataLoader(Self.data, batchSize: 16), epochs: epoch)
      try average.update(from: model)
      let now = Self.watched(model)
      expected = epoch == 1 ? now : zip(expected, now).map { (a: Double, b: Double) in (a + b) / 2 }
    }
    let found = Self.watched(average.module as! Model)
    let error = zip(found, expected).map { (a: Double, b: Double) in abs(a - b) }.max()!
    #expect(error < 1e-6)
  }

  private static func watched(_ model: Model) -> [Double] {
    model.shared.weight.doubles + model.norm.runningMean!.tensor.doubles
  }

  /// In evaluation nothing is drawn and no statistics move: the objective is a function of the parameters.
  @Test func newtonsMethod() throws {
    let model = Self.model()
    _ = try Self.trainer(model).fit(DataLoader(Self.data, batchSize: 16), epochs: 5)
    model.eval()
    let (x, y) = (Self.data.inputs, Self.data.targets)
    let (mean, before) = (model.norm.runningMean!.tensor.doubles, MSELoss()(model(x), y).item())
    let result = try Newton.fit(
      model, MSELoss(), DataLoader(Self.data, batchSize: 24), options: NewtonOptions(maxIterations: 20))
    let after = MSELoss()(model(x), y).item()
    #expect(after < before / 10 && abs(after - result.value) < 1e-5)
    #expect(model.norm.runningMean!.tensor.doubles == mean && model.first.weight.dtype == .float32)
  }
}
