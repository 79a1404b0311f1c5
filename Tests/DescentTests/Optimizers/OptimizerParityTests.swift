import Descent
import Testing

/// The fixtures that `Tests/Fixtures/optimizers.py` made.
enum OptimizerFixtures {
  struct File: Decodable, Sendable {
    let cases: [Trajectory]
    let clippings: [Trajectory]
    let sparse: [SparseCase]
    let lbfgs: [LBFGSCase]
    let averages: [AverageCase]
    let batchNorm: BatchNormCase

    enum CodingKeys: String, CodingKey {
      case cases, clippings, sparse, lbfgs, averages
      case batchNorm = "batch_norm"
    }
  }

  struct Trajectory: Decodable, Sendable, CustomTestStringConvertible {
    let rule: String
    let groups: [[String: Double]]
    let dtype: DType
    let shapes: [[Int]]
    let special: Bool?
    let values: [[JSONNumber]]
    let state: [String: [Double]]?
    let norm: Double?
    let normType: JSONNumber?
    let perTensor: Bool?
    let value: Double?

    enum CodingKeys: String, CodingKey {
      case rule, groups, dtype, shapes, special, values, state, norm, value
      case normType = "norm_type"
      case perTensor = "per_tensor"
    }

    /// The steps after which `values` are the parameters.
    var steps: [Int] { special == true ? [1, 2, 3] : [1, 50] }

    var testDescription: String {
      "\(rule) \(dtype) \(groups.map { $0.sorted { $0.key < $1.key } }) \(special == true ? "special" : "")"
    }
  }

  struct SparseCase: Decodable, Sendable {
    let rule: String
    let options: [String: Double]
    let dtype: DType
    let values: [Double]
    let state: [String: [Double]]
  }

  struct LBFGSCase: Decodable, Sendable {
    let options: [String: Double]
    let steps: Int
    let losses: [Double]
    let values: [Double]
    let evaluations: Double
    let iterations: Double
  }

  struct AverageCase: Decodable, Sendable {
    let kind: String
    let weight: [Double]
    let bias: [Double]
    let names: [String]
  }

  struct BatchNormCase: Decodable, Sendable {
    let trained: [Double]
    let mean: [Double]
    let variance: [Double]
    let evaluated: [Double]
    let names: [String]
  }

  static let file = Fixtures.load("optimizers.json", as: File.self)
}

extension DType: Decodable {}

/// Every option of every rule against PyTorch, or the paper's formula in numpy, over 50 steps: on 67 elements, a
/// scalar, nothing and a matrix; with two groups; and with gradients that are denormal, huge and not finite.
@Suite struct OptimizerParityTests {
  typealias Trajectory = OptimizerFixtures.Trajectory
  static let file = OptimizerFixtures.file

  /// What 50 steps may drift from the reference, in units in the last place.
  static func budget(_ dtype: DType) -> Double { dtype == .float64 ? float64Budget : 64 }

  /// A parameter is the difference of where it started, up to 2, and its steps: their rounding is what it is measured by.
  /// State is measured by itself.
  static let parameterScale = 2.0

  private static func gradients(_ test: Trajectory, _ n: Int, _ step: Int, _ offset: Int) -> [Double] {
    guard test.special == true && step < 3 else { return exactNumbers(n, step: step, offset: offset) }
    let (tiny, huge) =
      test.dtype == .float32 ? (Double(Float(1e-42)), Double(Float(1e30))) : (Double("1e-310")!, 1e200)
    let rows = [tiny, -tiny, huge, 0.0, -huge, .nan, .infinity, -.infinity, -0.0, 1.0]
    return (0..<n).map { rows[($0 + step - 1) % 10] }
  }

  private func check(_ test: Trajectory) throws {
    let parameters = test.shapes.enumerated().map { k, shape in
      Parameter(
        Tensor(exactNumbers(shape.reduce(1, *), offset: 1 + k), shape: Shape(shape), dtype: test.dtype))
    }
    let named = parameters.enumerated().map { (name: "\($0.offset)", parameter: $0.element) }
    let middle = test.groups.count == 2 ? named.count / 2 : named.count
    let parts = [named[..<middle], named[middle...]].prefix(test.groups.count)
    let optimizer = try Optimizer(
      groups: zip(parts, test.groups).map { ParameterGroup(Array($0), NamedRule(test.rule, $1)) })
    try optimizer.setClipping(
      norm: test.norm, normType: test.normType?.value ?? 2, perTensor: test.perTensor ?? false,
      value: test.value)
    var kept: [[Double]] = []
    for step in 1...(try #require(test.steps.last)) {
      for (k, parameter) in parameters.enumerated() {
        parameter.grad = Tensor(
          Self.gradients(test, parameter.count, step, 1 + k), shape: parameter.shape, dtype: test.dtype)
      }
      try optimizer.step()
      if test.steps.contains(step) { kept.append(parameters.flatMap(\.doubles)) }
    }
    for (actual, expected) in zip(kept, test.values) {
      let error = largestULP(actual, expected.map(\.value), test.dtype, scale: Self.parameterScale)
      #expect(error <= Self.budget(test.dtype))
    }
    let state = optimizer.stateDict
    for (slot, expected) in test.state ?? [:] {
      let actual = try #require(state["\(parameters.count - 1).\(slot)"], "no state \(slot)")
      #expect(largestULP(actual.doubles, expected, test.dtype) <= Self.budget(test.dtype), "state \(slot)")
    }
  }

  @Test(arguments: file.cases) func trajectory(_ test: Trajectory) throws { try check(test) }

  @Test(arguments: file.clippings) func clipping(_ test: Trajectory) throws { try check(test) }

  /// Each option of each rule's table is exercised with a value that is not its default.
  @Test(arguments: RuleTable.rules) func everyOptionHasACase(_ rule: RuleTable.Rule) throws {
    let options =
      Self.file.cases.filter { $0.rule == rule.name }.flatMap(\.groups)
      + Self.file.sparse.filter { $0.rule == rule.name }.map(\.options)
      + (rule.name == "lbfgs" ? Self.file.lbfgs.map(\.options) : [])
    for option in rule.options {
      let isAlwaysOn = rule.name == "adamw" && option.name == "decoupled_weight_decay"
      let isCovered = options.contains { $0[option.name].map { $0 != option.initial } ?? false }
      #expect(isCovered || isAlwaysOn, "\(rule.name): no fixture sets \(option.name)")
    }
  }

  // MARK: Row-sparse gradients

  @Test(arguments: file.sparse.indices) func rowGradients(_ index: Int) throws {
    let test = Self.file.sparse[index]
    let p = Parameter(Tensor(exactNumbers(18, offset: 1), shape: [6, 3], dtype: test.dtype))
    let optimizer = try Optimizer([p], NamedRule(test.rule, test.options))
    for step in 1...20 {
      let rows = [[4, 1, 4], [0], [], [5, 0, 2, 2]][step % 4]
      let values = exactNumbers(3 * rows.count, step: step, offset: 1)
      p.rowGradient = RowGradient(
        rows: rows, values: Tensor(values, shape: [rows.count, 3], dtype: test.dtype))
      let report = try optimizer.step()
      #expect(report.updatedCount == 3 * Set(rows).count)
      optimizer.zeroGrad()
      #expect(p.rowGradient == nil)
    }
    let error = largestULP(p.doubles, test.values, test.dtype, scale: Self.parameterScale)
    #expect(error <= Self.budget(test.dtype))
    for (slot, expected) in test.state {
      let actual = try #require(optimizer.stateDict["0.\(slot)"]).doubles
      #expect(largestULP(actual, expected, test.dtype) <= Self.budget(test.dtype))
    }
  }

  @Test func rowGradientsAreChecked() async throws {
    await #expect(processExitsWith: .failure) {
      Parameter(.zeros([3, 2])).rowGradient = RowGradient(rows: [1, 3], values: .ones([2, 2]))
    }
    let p = Parameter(Tensor(exactNumbers(6), shape: [3, 2], dtype: .float64))
    p.rowGradient = RowGradient(rows: [1], values: .ones([1, 2], dtype: .float64))
    let whole = try Optimizer([p], LARS())
    #expect(throws: DescentError.self) { try whole.step() }
  }

  // MARK: L-BFGS

  private static func rosenbrock(_ x: Tensor) -> Tensor {
    let (head, tail) = (x[rows: 0..<x.count - 1], x[rows: 1..<x.count])
    return ((tail - head * head).pow(2) * 100 + (1 - head).pow(2)).sum()
  }

  /// The same iterations and evaluations; rounding grows along the way.
  @Test(arguments: file.lbfgs.indices) func lbfgs(_ index: Int) throws {
    let test = Self.file.lbfgs[index]
    let x = Parameter(Tensor(exactNumbers(10, offset: 3), dtype: .float64))
    let optimizer = try Optimizer([x], NamedRule("lbfgs", test.options))
    var losses: [Double] = []
    for _ in 0..<test.steps {
      let report = try optimizer.step {
        optimizer.zeroGrad()
        let loss = Self.rosenbrock(x)
        loss.backward()
        return loss
      }
      losses.append(try #require(report.loss))
    }
    #expect(largestULP(losses, test.losses, .float64) <= 65536)
    #expect(largestULP(x.doubles, test.values, .float64) <= 65536)
    #expect(optimizer.stateDict["0.func_evals"]?.item() == test.evaluations)
    #expect(optimizer.stateDict["0.n_iter"]?.item() == test.iterations)
  }

  // MARK: Averages

  @Test(arguments: file.averages.indices) func averages(_ index: Int) throws {
    let test = Self.file.averages[index]
    let model = Linear(3, 2, dtype: .float64)
    let average = AveragedModel(
      Linear(3, 2, dtype: .float64), test.kind == "equal" ? .equal : .exponential(decay: 0.9))
    for step in 0..<6 {
      try model.load([
        "weight": Tensor(exactNumbers(6, step: step, offset: 1), shape: [2, 3], dtype: .float64),
        "bias": Tensor(exactNumbers(2, step: step, offset: 2), dtype: .float64),
      ])
      try average.update(from: model)
    }
    let state = average.stateDict
    #expect(state.keys.sorted() == test.names)
    #expect(largestULP(state["module.weight"]!.doubles, test.weight, .float64) <= 16)
    #expect(largestULP(state["module.bias"]!.doubles, test.bias, .float64) <= 16)
    #expect(average.averagedCount == 6)
    let x = Tensor([1, 2, 3], shape: [1, 3], dtype: .float64)
    #expect(average(x).doubles == average.module(x).doubles)
  }

  @Test func batchNorm() throws {
    let test = Self.file.batchNorm
    let norm = BatchNorm1d(4, dtype: .float64)
    let x = Tensor(exactNumbers(40, step: 1, offset: 1), shape: [10, 4], dtype: .float64)
    try updateBatchNorm(
      norm,
      DataLoader(
        TensorDataset(inputs: x, targets: Tensor(classes: Array(repeating: 0, count: 10))), batchSize: 5))
    #expect(norm.momentum == 0.1)
    #expect(norm.stateDict.keys.sorted() == test.names)
    #expect(largestULP(norm(x).doubles, test.trained, .float64) <= 16)
    #expect(largestULP(norm.runningMean!.tensor.doubles, test.mean, .float64) <= 16)
    #expect(largestULP(norm.runningVar!.tensor.doubles, test.variance, .float64) <= 16)
    norm.eval()
    #expect(largestULP(norm(x).doubles, test.evaluated, .float64) <= 16)
    #expect(norm.numBatchesTracked!.tensor.item() == 3)
  }
}
