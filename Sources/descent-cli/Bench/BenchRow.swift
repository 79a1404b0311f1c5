import Descent
import Foundation

/// One thing that is timed.
struct BenchRow {
  let name: String
  /// Seconds a step.
  let measure: () throws -> Double
  /// Seconds a step, and what the machine needs for parts of it at the least, in turns: where it is known.
  var measureWithLimits: (() throws -> Limited)?

  /// Seconds a step, and those of a step without what the row is about, in turns: where that is a cost.
  var measureWithBase: (() throws -> Cost)?

  /// Seconds a step beside what has less to do, by its name.
  typealias Cost = (seconds: Double, base: (name: String, seconds: Double))

  /// Seconds a step beside limits by name.
  typealias Limited = (seconds: Double, limits: [(name: String, seconds: Double)])

  /// Every row: the names are those of the comparison with PyTorch and JAX.
  static var all: [BenchRow] {
    networks + fits + lenets + regressions + optimizers + layers + inference + losses + newton + others
  }

  // MARK: Training steps

  private static var networks: [BenchRow] {
    [("sgd", true), ("adam", false)].flatMap { name, isSGD in
      [1, 16, 64, 256].map { batch in
        BenchRow(name: "mlp/\(name)/b\(batch)") {
          let model = mlp()
          let x = Tensor.rand([batch * 10, 1, 28, 28])
          let y = Tensor(classes: (0..<batch * 10).map { $0 * 7 % 10 })
          let rule: any OptimizerRule = isSGD ? SGD(learningRate: 1e-3, momentum: 0.5) : Adam()
          return try time(model, CrossEntropyLoss(), rule, x, y, batch)
        }
      }
    }
  }

  private static var regressions: [BenchRow] {
    [1, 10].map { batch in
      BenchRow(name: "linreg/sgd/b\(batch)") {
        let (x, y) = (Tensor.randn([1500, 5]), Tensor.randn([1500, 1]))
        return try time(Linear(5, 1), MSELoss(), SGD(learningRate: 5e-3), x, y, batch)
      }
    }
  }

  static func mlp() -> Module {
    manualSeed(0)
    return Sequential {
      Flatten()
      Linear(784, 512)
      ReLU()
      Linear(512, 512)
      ReLU()
      Linear(512, 10)
    }
  }

  static func time(
    _ model: Module, _ loss: some Loss, _ rule: any OptimizerRule, _ x: Tensor, _ y: Tensor, _ batch: Int
  ) throws -> Double {
    try bestSeconds(step(model, loss, rule, batches(x, y, batch)))
  }

  /// The inputs are in memory beforehand, cut into batches, as they are for the fastest peer (JAX).
  static func batches(_ x: Tensor, _ y: Tensor, _ batch: Int) -> [Batch] {
    stride(from: 0, to: x.shape[0], by: batch).map { start in
      Batch(inputs: x[rows: start..<start + batch], targets: y[rows: start..<start + batch])
    }
  }

  /// A training step, as it is written out.
  static func step(
    _ model: Module, _ loss: some Loss, _ rule: any OptimizerRule, _ batches: [Batch]
  ) throws -> (Int) throws -> Void {
    let optimizer = try Optimizer(for: model, rule)
    return { i in
      let batch = batches[i % batches.count]
      loss(model(batch.inputs), batch.targets).backward()
      try optimizer.step()
      optimizer.zeroGrad()
    }
  }

  // MARK: Optimizer steps

  private static let shapes: [(name: String, shapes: [Shape])] = [
    ("25m-1", [[25_600_000]]),
    ("25m-160", Array(repeating: [160_000], count: 160)),
    ("670k-6", [[512, 784], [512], [512, 512], [512], [10, 512], [10]]),
    ("1m-1000", Array(repeating: [1000], count: 1000)),
  ]

  /// One that memory has to stream, and one that stays in the caches: beside these stand the machine's limits.
  private static let limited = shapes.filter { ["25m-1", "670k-6"].contains($0.name) }

  /// The rows that have peers come with all shapes, the other rules with one large tensor and with a network's.
  private static var optimizers: [BenchRow] {
    let compared: [(String, any OptimizerRule)] = [
      ("sgd", SGD(learningRate: 1e-3)), ("sgdm", SGD(learningRate: 1e-3, momentum: 0.9)), ("adam", Adam()),
      ("adamw", AdamW()), ("rmsprop", RMSprop()), ("adagrad", Adagrad()),
    ]
    let names = compared.map(\.0)
    let others = RuleTable.rules.filter { $0.kind == .elementwise && !names.contains($0.name) }
    return compared.flatMap { name, rule in shapes.map { optimizer(name, rule, $0) } }
      + others.flatMap { rule in limited.map { optimizer(rule.name, NamedRule(rule.name), $0) } }
  }

  private static func optimizer(
    _ name: String, _ rule: any OptimizerRule, _ shape: (name: String, shapes: [Shape])
  ) -> BenchRow {
    func prepared() throws -> Optimizer {
      let parameters = shape.shapes.map { Parameter(.randn($0)) }
      let optimizer = try Optimizer(parameters, rule)
      for parameter in parameters { parameter.grad = .randn(parameter.shape) }
      return optimizer
    }
    var row = BenchRow(name: "optim/\(name)/\(shape.name)") {
      let optimizer = try prepared()
      return try bestSeconds { _ in try optimizer.step() }
    }
    guard limited.contains(where: { $0.name == shape.name }) else { return row }
    row.measureWithLimits = {
      let optimizer = try prepared()
      let table = RuleTable.rule(rule.ruleName)
      let slots = (table?.stateSize ?? 0) + (name == "sgdm" ? 1 : 0)
      let count = shape.shapes.reduce(0) { $0 + $1.elementCount }
      let bytes = StreamLimit(count, updated: 1 + slots)
      let arithmetic = ArithmeticLimit(
        count, divisions: table?.divisions ?? 0, squareRoots: table?.squareRoots ?? 0)
      return try inTurns(
        { try optimizer.step() }, limits: [("bytes", bytes.seconds), ("arithmetic", arithmetic.seconds)])
    }
    return row
  }

  // MARK: Losses

  private static var losses: [BenchRow] {
    [(256, 10), (4096, 1000)].map { samples, classes in
      func prepared() -> () -> Void {
        let logits = Tensor.randn([samples, classes])
        logits.requiresGrad = true
        let targets = Tensor(classes: (0..<samples).map { $0 * 7919 % classes })
        let loss = CrossEntropyLoss(labelSmoothing: 0.1)
        return {
          logits.grad = nil
          loss(logits, targets).backward()
        }
      }
      return BenchRow(
        name: "loss/cross-entropy/\(samples)x\(classes)",
        measure: {
          let step = prepared()
          return bestSeconds { _ in step() }
        },
        measureWithLimits: {
          let bytes = StreamLimit(samples * classes, updated: 1, overwrites: true)
          return try inTurns(prepared(), limits: [("bytes", bytes.seconds)])
        })
    }
  }

  /// This machine's pace may change: short rounds of the step and of the limits, in turns.
  static func inTurns(
    _ step: () throws -> Void, limits: [(name: String, measure: () -> Double)]
  ) throws -> Limited {
    var seconds = Double.infinity
    var best = [Double](repeating: .infinity, count: limits.count)
    for _ in 0..<12 {
      seconds = min(seconds, try bestSeconds(budget: 0.1, rounds: 2) { _ in try step() })
      for (i, limit) in limits.enumerated() { best[i] = min(best[i], limit.measure()) }
    }
    return (seconds, zip(limits, best).map { ($0.name, $1) })
  }

  // MARK: Loading and starting

  private static var others: [BenchRow] {
    [
      BenchRow(name: "load/fashion/b16") {
        let pixels = (0..<60_000 * 784).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let data = try ImageDataset(
          pixels: pixels, labels: (0..<60_000).map { UInt8($0 % 10) }, height: 28, width: 28,
          classNames: StandardDataset.fashionMNIST.classNames, source: "bench")
        let loader = try DataLoader(data, batchSize: 16, shuffle: true)
        return bestSeconds(rounds: 3) { _ in for _ in loader {} }
      },
      BenchRow(name: "start/import") {
        let clock = ContinuousClock()
        return try (0..<10).map { _ in
          let process = Process()
          process.executableURL = Bundle.main.executableURL
          process.arguments = ["bench", "--first-step"]
          return try clock.measure {
            try process.run()
            process.waitUntilExit()
          }.seconds
        }.min()!
      },
    ]
  }

  /// What the row `start/import` starts a process for.
  static func trainOneStep() throws {
    let model = mlp()
    let optimizer = try Optimizer(for: model, SGD(learningRate: 1e-3))
    CrossEntropyLoss()(model(.rand([16, 784])), Tensor(classes: (0..<16).map { $0 % 10 })).backward()
    try optimizer.step()
  }
}
