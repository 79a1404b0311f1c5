import Descent
import Foundation
import Testing

/// Every rule on two problems, the lecture's traces, and its results on the airfoil data.
@Suite struct ConvergenceTests {
  /// Runs a rule on a function of two variables; the function's value at the end.
  private func minimize(
    _ rule: any OptimizerRule, from start: [Double], steps: Int, _ function: (Tensor, Tensor) -> Tensor
  ) throws -> Double {
    let p = Parameter(Tensor(start, shape: [1, 2], dtype: .float64))
    let optimizer = try Optimizer([p], rule)
    func loss() -> Tensor {
      let flat = p.reshaped([2])
      return function(flat[rows: 0..<1], flat[rows: 1..<2]).sum()
    }
    for _ in 0..<steps {
      try optimizer.step { () throws(DescentError) in
        optimizer.zeroGrad()
        let value = loss()
        value.backward()
        return value
      }
    }
    return optimizer.withEvaluationWeights { loss().item() }
  }

  /// What a rule is run with where a learning rate of 0.05 is not for it.
  static let parabola: [String: [String: Double]] = [
    "adadelta": ["lr": 5, "rho": 0.99, "eps": 1e-5],
    "lion": ["lr": 0.02], "signum": ["lr": 0.01], "muon": ["lr": 0.01],
    "lars": ["lr": 20], "schedule_free_sgd": ["lr": 0.1], "schedule_free_adamw": ["lr": 0.3], "lbfgs": [:],
    "adagrad": ["lr": 0.5],
  ]

  @Test(arguments: RuleTable.rules) func convergesOnAParabola(_ rule: RuleTable.Rule) throws {
    let options = Self.parabola[rule.name] ?? ["lr": 0.05]
    let value = try minimize(NamedRule(rule.name, options), from: [3, -2], steps: 500) { x, y in
      x * x + y * y * 4
    }
    #expect(value < 0.02)
  }

  static let rosenbrock: [String: [String: Double]] = [
    "sgd": ["lr": 1e-3, "momentum": 0.9], "adam": ["lr": 0.02], "adamw": ["lr": 0.02, "weight_decay": 0],
    "rmsprop": ["lr": 1e-3], "adagrad": ["lr": 0.5], "adadelta": ["lr": 0.1, "eps": 1e-7],
    "adamax": ["lr": 0.02],
    "nadam": ["lr": 0.02], "radam": ["lr": 2e-3], "asgd": ["lr": 2e-3, "lambd": 0], "rprop": ["lr": 0.01],
    "adafactor": ["lr": 3e-3], "muon": ["lr": 1e-3, "weight_decay": 0], "lbfgs": ["line_search_fn": 1],
    "sparse_adam": ["lr": 0.02], "yogi": ["lr": 0.02], "lion": ["lr": 1e-3], "signum": ["lr": 1e-3],
    "lamb": ["lr": 3e-3, "beta1": 0.5], "lars": ["lr": 0.5], "adabelief": ["lr": 0.01], "adan": ["lr": 0.02],
    "schedule_free_sgd": ["lr": 3e-3], "schedule_free_adamw": ["lr": 0.03],
  ]

  @Test(arguments: RuleTable.rules) func descendsOnRosenbrock(_ rule: RuleTable.Rule) throws {
    let options = try #require(Self.rosenbrock[rule.name])
    let value = try minimize(NamedRule(rule.name, options), from: [-1.5, 2], steps: 10_000) { x, y in
      let (a, b) = (1 - x, y - x * x)
      return a * a + b * b * 100
    }
    #expect(value < 2e-2)
  }

  // MARK: The lecture's numbers

  /// 20 steps from (-5, -2), as Dive into Deep Learning traces them; the numbers were computed apart, in Python.
  struct Traces: Decodable {
    let traces: [String: [[Double]]]
    let airfoil: [Airfoil]
  }

  struct Airfoil: Decodable {
    let `case`: String
    let batch: Int
    let epochs: Int
    let min: Double
    let max: Double
  }

  static let traced: [(name: String, slopes: [Double], rule: any OptimizerRule)] = [
    ("gradient descent, x1^2 + 2 x2^2, eta 0.1", [2, 4], SGD(learningRate: 0.1)),
    ("gradient descent, 0.1 x1^2 + 2 x2^2, eta 0.4", [0.2, 4], SGD(learningRate: 0.4)),
    ("gradient descent, 0.1 x1^2 + 2 x2^2, eta 0.6 (diverges)", [0.2, 4], SGD(learningRate: 0.6)),
    ("momentum 0.5, eta 0.6", [0.2, 4], SGD(learningRate: 0.6, momentum: 0.5)),
    (
      "momentum 0.25, eta 0.6", [0.2, 4], SGD(learningRate: 0.6, momentum: 0.25, learningRateInVelocity: true)
    ),
    (
      "adagrad eta 0.4 (eps 1e-6 inside the root)", [0.2, 4],
      Adagrad(learningRate: 0.4, eps: 1e-6, epsilonPlacement: .inside)
    ),
    ("adagrad eta 2", [0.2, 4], Adagrad(learningRate: 2, eps: 1e-6, epsilonPlacement: .inside)),
    (
      "rmsprop eta 0.4 gamma 0.9 (eps 1e-6 inside the root)", [0.2, 4],
      RMSprop(learningRate: 0.4, alpha: 0.9, eps: 1e-6, epsilonPlacement: .inside)
    ),
  ]

  @Test func tracesOfTheLecture() throws {
    let file = Fixtures.load("traces.json", as: Traces.self)
    #expect(Set(file.traces.keys) == Set(Self.traced.map(\.name)))
    for (name, slopes, rule) in Self.traced {
      let p = Parameter(Tensor([-5, -2], dtype: .float64))
      let optimizer = try Optimizer([p], rule)
      var path = [p.doubles]
      for _ in 0..<20 {
        p.grad = Tensor(zip(slopes, p.doubles).map { $0 * $1 }, dtype: .float64)
        try optimizer.step()
        path.append(p.doubles)
      }
      for (actual, expected) in zip(path, try #require(file.traces[name])) {
        let error = zip(actual, expected).map { abs($0 - $1) / max(abs($1), 1e-3) }.max() ?? 1
        #expect(error < 1e-12, "\(name)")
      }
    }
  }

  static let airfoilRules: [String: any OptimizerRule] = [
    "GD lr 1": SGD(learningRate: 1), "SGD lr 0.005, batch 1": SGD(learningRate: 0.005),
    "minibatch 100 lr 0.4": SGD(learningRate: 0.4), "minibatch 10 lr 0.05": SGD(learningRate: 0.05),
    "momentum 0.5 lr 0.02": SGD(learningRate: 0.02, momentum: 0.5),
    "momentum 0.9 lr 0.01": SGD(learningRate: 0.01, momentum: 0.9),
    "momentum 0.9 lr 0.005": SGD(learningRate: 0.005, momentum: 0.9),
    "adagrad lr 0.1": Adagrad(learningRate: 0.1, eps: 1e-6, epsilonPlacement: .inside),
    "rmsprop lr 0.01 gamma 0.9": RMSprop(
      learningRate: 0.01, alpha: 0.9, eps: 1e-6, epsilonPlacement: .inside),
    "adadelta rho 0.9": Adadelta(rho: 0.9, eps: 1e-5), "adam lr 0.01": Adam(learningRate: 0.01, eps: 1e-6),
    "yogi lr 0.01": Yogi(learningRate: 0.01),
  ]

  /// Linear regression on NASA's airfoil data: the loss after the lecture's epochs lies within the range of 20
  /// runs in Python, widened by half of it for other random numbers.
  @Test func airfoilOfTheLecture() throws {
    guard let folder = ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"],
      let text = try? String(contentsOfFile: "\(folder)/airfoil/airfoil_self_noise.dat", encoding: .utf8)
    else {
      print("skipped: $DESCENT_DATA_DIR has no airfoil/airfoil_self_noise.dat")
      return
    }
    let rows = text.split(whereSeparator: \.isNewline).map { line in
      line.split(separator: "\t").compactMap { Double($0) }
    }
    let columns = (0..<6).map { column -> [Double] in
      let values = rows.map { $0[column] }
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count))
        .squareRoot()
      return values.map { ($0 - mean) / deviation }
    }
    let x = Tensor(
      (0..<1500).flatMap { row in (0..<5).map { columns[$0][row] } }, shape: [1500, 5], dtype: .float64)
    let y = Tensor((0..<1500).map { columns[5][$0] }, shape: [1500, 1], dtype: .float64)
    let cases = Fixtures.load("traces.json", as: Traces.self).airfoil
    #expect(Set(cases.map(\.case)) == Set(Self.airfoilRules.keys))
    for test in cases {
      let model = Linear(5, 1, dtype: .float64)
      try model.load([
        "weight": .randn([1, 5], dtype: .float64) * 0.01, "bias": .zeros([1], dtype: .float64),
      ])
      let optimizer = try Optimizer(for: model, try #require(Self.airfoilRules[test.case]))
      let loader = try DataLoader(
        TensorDataset(inputs: x, targets: y), batchSize: test.batch, shuffle: true, seed: 1)
      for _ in 0..<test.epochs {
        for batch in loader {
          (MSELoss()(model(batch.inputs), batch.targets) / 2).backward()
          try optimizer.step()
          optimizer.zeroGrad()
        }
      }
      let loss = MSELoss()(model(x), y).item() / 2
      let margin = (test.max - test.min) / 2 + 1e-4
      #expect(loss > test.min - margin && loss < test.max + margin, "\(test.case): \(loss)")
    }
  }
}
