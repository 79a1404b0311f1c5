import Descent
import DescentCharts

/// The notebook's linear regression on the airfoil data: whitened over all rows, the first 1500 of them, half the squared
/// error, `train_ch11`.
final class AirfoilChapter {
  let inputs: Tensor, targets: Tensor
  static let samples = 1500

  init(dataDirectory: String?) throws(DescentError) {
    let (x, y) = try Airfoil.load(dataDirectory: dataDirectory)
    let levels = y.reshaped([y.count, 1])
    // Of all rows, as the notebook has it.
    let (first, second) = (try StandardScaler(fitting: x), try StandardScaler(fitting: levels))
    inputs = first.transform(x)[rows: 0..<Self.samples].to(.float32)
    targets = second.transform(levels)[rows: 0..<Self.samples].to(.float32)
  }

  /// What a run shows.
  struct Run {
    /// The loss over all samples after every 200 of them, or after every batch that is larger.
    var curve: [(epoch: Double, seconds: Double, loss: Double)] = []
    /// The loss at the end.
    var loss: Double { curve.last?.loss ?? .nan }
    var secondsPerEpoch = 0.0
  }

  /// Trains by a rule.
  ///
  /// - Parameters:
  ///   - withReplacement: whether an epoch's samples are drawn each from all.
  ///   - divisor: what the learning rate is divided by after each epoch.
  ///   - copies: how often each sample is there.
  func train(
    _ rule: any OptimizerRule, batchSize: Int, epochs: Int, seed: UInt64 = 0, withReplacement: Bool = false,
    divisor: Double = 1, copies: Int = 1
  ) throws -> Run {
    let generator = Generator(seed: seed)
    let model = Linear(5, 1)
    model.weight.fillNormal(0, 0.01, generator: generator)
    model.bias?.fill(0)
    let data = TensorDataset(
      inputs: Tensor.cat(Array(repeating: inputs, count: copies)),
      targets: Tensor.cat(Array(repeating: targets, count: copies)))
    let loader = try DataLoader(
      data, batchSize: batchSize, sampler: try RandomSampler(replacement: withReplacement), seed: seed)
    let optimizer = try Optimizer(for: model, rule)
    var (run, samples, seconds) = (Run(), 0, 0.0)
    let clock = ContinuousClock()
    for _ in 0..<epochs {
      var begin = clock.now
      for batch in loader {
        (MSELoss()(model(batch.inputs), batch.targets) / 2).backward()
        try optimizer.step()
        optimizer.zeroGrad()
        samples += batch.count
        guard samples % 200 == 0 || batch.count > 200 else { continue }
        // What measuring takes is not the training's.
        seconds += (clock.now - begin).seconds
        run.curve.append((Double(samples) / Double(data.count), seconds, measure(model)))
        begin = clock.now
      }
      seconds += (clock.now - begin).seconds
      if divisor != 1 { try optimizer.setOptions(["lr": try optimizer.option("lr") / divisor]) }
    }
    run.secondsPerEpoch = seconds / Double(epochs)
    if run.curve.isEmpty || samples % 200 != 0 {
      run.curve.append((Double(epochs), seconds, measure(model)))
    }
    return run
  }

  private func measure(_ model: Module) -> Double {
    noGrad { MSELoss()(model(inputs), targets).item() / 2 }
  }

  /// The least loss that a line has: that of its quadratic's minimum, one of Newton's steps away.
  lazy var leastLoss: Double = {
    let (x, y) = (inputs.to(.float64), targets.to(.float64))
    let columns = Tensor.cat([x, .ones([Self.samples, 1], dtype: .float64)], dim: 1)
    let result = try? Newton.minimize(startingAt: Array(repeating: 0, count: 6)) { p in
      MSELoss()(columns.matmul(p.reshaped([6, 1])), y) / 2
    }
    return result?.value ?? .nan
  }()
}
