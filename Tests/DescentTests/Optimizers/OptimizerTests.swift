import Descent
import Testing

/// The optimizer object: options, groups, clipping, the guard, state.
@Suite struct OptimizerTests {
  static let rules = RuleTable.rules.map(\.name)

  private func parameter(_ values: [Double]) -> Parameter { Parameter(Tensor(values, dtype: .float64)) }

  // MARK: Options

  @Test func facesHaveTheTablesDefaults() throws {
    let faces: [any OptimizerRule] = [SGD(), Adam(), AdamW(), RMSprop()]
    #expect(Set(faces.map(\.ruleName)) == Set(Self.rules))
    for face in faces {
      let table = try #require(RuleTable.rule(face.ruleName)).options
      #expect(face.options == Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.initial) }))
    }
  }

  /// What PyTorch refuses too, and what the message must name.
  static let invalid: [(rule: any OptimizerRule, mentions: [String])] = [
    (SGD(learningRate: -0.5), ["lr", "-0.5", "[0, inf)"]),
    (SGD(momentum: -0.5), ["momentum", "-0.5"]),
    (SGD(weightDecay: -0.5), ["weight_decay", "-0.5"]),
    (SGD(learningRate: .nan), ["lr", "nan"]),
    (SGD(nesterov: true), ["nesterov", "momentum"]),
    (SGD(momentum: 0.9, dampening: 0.5, nesterov: true), ["nesterov", "dampening", "0.5"]),
    (Adam(learningRate: -1), ["lr", "-1"]),
    (Adam(betas: (1, 0.9)), ["beta1", "1", "[0, 1)"]),
    (Adam(betas: (0.9, -0.1)), ["beta2", "-0.1"]),
    (Adam(eps: -1), ["eps", "-1"]),
    (AdamW(weightDecay: -1), ["adamw", "weight_decay", "-1"]),
    (RMSprop(alpha: -1), ["alpha", "-1"]),
    (RMSprop(momentum: -1), ["momentum", "-1"]),
    (NamedRule("sgd", ["nesterov": 2]), ["nesterov", "2", "0 or 1"]),
    (NamedRule("sgd", ["beta1": 0.9]), ["beta1", "lr, momentum"]),
    (NamedRule("adamm"), ["adamm", "sgd, adam"]),
  ]

  @Test(arguments: 0..<invalid.count) func invalidOptionsAreRefused(_ index: Int) throws {
    let (rule, mentions) = Self.invalid[index]
    let error = try #require(throws: DescentError.self) { try Optimizer([parameter([1])], rule) }
    for text in mentions { #expect(error.message.contains(text), "'\(error.message)' lacks '\(text)'") }
  }

  @Test func optionsChangeAllOrNone() throws {
    let optimizer = try Optimizer([parameter([1])], SGD(learningRate: 0.1, momentum: 0.9))
    #expect(throws: DescentError.self) { try optimizer.setOptions(["lr": 0.5, "momentum": -1]) }
    #expect(try optimizer.option("lr") == 0.1)
    try optimizer.setOptions(["lr": 0.5, "momentum": 0.5])
    #expect(try optimizer.option("lr") == 0.5)
    #expect(throws: DescentError.self) { try optimizer.option("alpha") }
    #expect(throws: DescentError.self) { try optimizer.setOptions(["lr": 1], group: 1) }
  }

  // MARK: Groups and missing gradients

  @Test func groupsHaveTheirOwnRules() throws {
    let (a, b) = (parameter([1, 2]), parameter([3]))
    let optimizer = try Optimizer(groups: [
      ParameterGroup([("a", a)], SGD(learningRate: 0.5)),
      ParameterGroup([("b", b)], SGD(learningRate: 0.25, maximize: true)),
    ])
    a.grad = Tensor([2, 4], dtype: .float64)
    b.grad = Tensor([4], dtype: .float64)
    try optimizer.step()
    #expect(a.doubles == [0, 0])
    #expect(b.doubles == [4])
  }

  @Test func aParameterInTwoGroupsIsRefused() throws {
    let a = parameter([1])
    #expect(throws: DescentError.self) {
      try Optimizer(groups: [ParameterGroup([("a", a)], SGD()), ParameterGroup([("a", a)], SGD())])
    }
  }

  /// As in PyTorch: no gradient, no update, no step counted, so bias corrections differ afterwards.
  @Test func parametersWithoutGradientAreLeftAlone() throws {
    let (a, b) = (parameter([1]), parameter([1]))
    let optimizer = try Optimizer([a, b], Adam(learningRate: 0.1))
    a.grad = Tensor([1], dtype: .float64)
    let report = try optimizer.step()
    #expect(report.updatedCount == 1)
    #expect(b.doubles == [1])
    #expect(optimizer.stateDict["1.step"] == nil)
    b.grad = Tensor([1], dtype: .float64)
    try optimizer.step()
    #expect(optimizer.stateDict["0.step"]?.item() == 2)
    #expect(optimizer.stateDict["1.step"]?.item() == 1)
    #expect(abs(b.doubles[0] - 0.9) < 1e-8)
  }

  @Test func anOptimizerWithoutParametersSteps() throws {
    #expect(try Optimizer([], SGD()).step().updatedCount == 0)
  }

  @Test func mixedTypesAreRefused() throws {
    #expect(throws: DescentError.self) {
      try Optimizer([parameter([1]), Parameter(Tensor.zeros([1]))], SGD())
    }
  }

  /// Cutting the buffer into tensors changes nothing: elementwise rules see elements.
  @Test(arguments: rules) func splitRangesEqualTheWhole(_ rule: String) throws {
    func run(_ lengths: [Int]) throws -> [Double] {
      let values = exactNumbers(40_000)
      var start = 0
      let parameters = lengths.map { length -> Parameter in
        defer { start += length }
        return parameter(Array(values[start..<start + length]))
      }
      let optimizer = try Optimizer(parameters, NamedRule(rule, ["lr": 0.01, "weight_decay": 0.1]))
      for step in 1...3 {
        let gradients = exactNumbers(40_000, step: step)
        start = 0
        for p in parameters {
          p.grad = Tensor(Array(gradients[start..<start + p.count]), dtype: .float64)
          start += p.count
        }
        try optimizer.step()
      }
      return parameters.flatMap(\.doubles)
    }
    let whole = try run([40_000])
    #expect(try run([1, 16_383, 1, 0, 20_000, 3615]) == whole)
  }

  // MARK: Clipping

  @Test func clippingByNormScalesAll() throws {
    let (a, b) = (parameter([0]), parameter([0]))
    let optimizer = try Optimizer([a, b], SGD(learningRate: 1))
    try optimizer.setClipping(norm: 1)
    a.grad = Tensor([3], dtype: .float64)
    b.grad = Tensor([4], dtype: .float64)
    let report = try optimizer.step()
    #expect(report.gradientNorm == 5)
    #expect(report.largestGradient == 4)
    #expect(report.clipScale == 1 / (5 + 1e-6))
    #expect(abs(a.doubles[0] + 0.6) < 1e-6)
    #expect(a.grad?.doubles == [3], "the gradients themselves stay")
  }

  @Test func hugeGradientsHaveANorm() throws {
    let a = parameter([0, 0])
    let optimizer = try Optimizer([a], SGD())
    optimizer.measuresGradients = true
    a.grad = Tensor([3e200, 4e200], dtype: .float64)
    let norm = try #require(try optimizer.step().gradientNorm)
    #expect(abs(norm / 5e200 - 1) < 1e-15)
  }

  @Test func invalidClippingIsRefused() throws {
    let optimizer = try Optimizer([parameter([0])], SGD())
    #expect(throws: DescentError.self) { try optimizer.setClipping(norm: -1) }
    #expect(throws: DescentError.self) { try optimizer.setClipping(value: .nan) }
  }

  // MARK: Gradients that are not finite

  private func optimizerWithBadGradient(
    _ bad: Double, _ guardMode: NonFiniteGuard
  ) throws -> (Optimizer, Parameter, Parameter) {
    let (a, b) = (parameter([1, 1]), parameter([1, 1, 1]))
    let optimizer = try Optimizer(
      groups: [ParameterGroup([("first", a), ("second", b)], Adam(learningRate: 0.1))])
    optimizer.setGuard(guardMode)
    a.grad = Tensor([1, 1], dtype: .float64)
    b.grad = Tensor([1, bad, 1], dtype: .float64)
    return (optimizer, a, b)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func skipChangesNothing(_ bad: Double) throws {
    let (optimizer, a, b) = try optimizerWithBadGradient(bad, .skip)
    let report = try optimizer.step()
    #expect(report.wasSkipped && report.badParameter == "second" && report.skippedSteps == 1)
    #expect(a.doubles == [1, 1] && b.doubles == [1, 1, 1])
    #expect(optimizer.stateDict.isEmpty, "no state, no step")
    b.grad = Tensor([1, 1, 1], dtype: .float64)
    let next = try optimizer.step()
    #expect(!next.wasSkipped && next.badParameter == nil && next.skippedSteps == 1)
    #expect(optimizer.stateDict["first.step"]?.item() == 1)
  }

  @Test func stopThrowsAndChangesNothing() throws {
    let (optimizer, a, _) = try optimizerWithBadGradient(.nan, .stop)
    let error = try #require(throws: DescentError.self) { try optimizer.step() }
    #expect(
      error.code == .nonFinite && error.message.contains("second") && error.message.contains("element 1"))
    #expect(a.doubles == [1, 1] && optimizer.stateDict.isEmpty)
  }

  @Test func propagateGoesOn() throws {
    let (optimizer, a, b) = try optimizerWithBadGradient(.nan, .propagate)
    #expect(try optimizer.step().badParameter == nil, "nobody looked")
    #expect(a.doubles[0] != 1 && b.doubles[1].isNaN && !b.doubles[0].isNaN)
  }

  // MARK: State

  /// Continuing from a saved state gives the bits of not having stopped.
  @Test(arguments: rules) func stateRoundTrip(_ rule: String) throws {
    let extra: [String: [String: Double]] = [
      "sgd": ["momentum": 0.9], "adam": ["amsgrad": 1], "adamw": ["amsgrad": 1],
      "rmsprop": ["momentum": 0.9, "centered": 1],
    ]
    let options = try #require(extra[rule]).merging(["lr": 0.01]) { $1 }
    func make(_ values: [Double]) throws -> (Optimizer, Parameter) {
      let p = parameter(values)
      return (try Optimizer([p], NamedRule(rule, options)), p)
    }
    func run(_ optimizer: Optimizer, _ p: Parameter, _ steps: ClosedRange<Int>) throws {
      for step in steps {
        p.grad = Tensor(exactNumbers(67, step: step), dtype: .float64)
        try optimizer.step()
      }
    }
    let (whole, a) = try make(exactNumbers(67))
    try run(whole, a, 1...10)
    let (first, b) = try make(exactNumbers(67))
    try run(first, b, 1...4)
    let (second, c) = try make(b.doubles)
    try second.load(first.stateDict)
    try run(second, c, 5...10)
    #expect(c.doubles == a.doubles)
    let slots = try #require(RuleTable.rule(rule)).slots
    #expect(Set(second.stateDict.keys) == Set(slots.map { "0.\($0)" } + ["0.step"]))
  }

  @Test func aStateThatDoesNotFitIsRefused() throws {
    let p = parameter([1, 2])
    let optimizer = try Optimizer([p], SGD(momentum: 0.9))
    p.grad = Tensor([1, 1], dtype: .float64)
    try optimizer.step()
    let before = optimizer.stateDict.mapValues(\.doubles)
    let wrong: [[String: Tensor]] = [
      ["0.step": Tensor([Int64(1)]), "0.momentum_buffer": .zeros([3], dtype: .float64)],
      ["0.step": Tensor([Int64(1)]), "0.momentum_buffer": .zeros([2], dtype: .float32)],
      ["0.step": Tensor([Int64(-1)])], ["0.momentum_buffer": .zeros([2], dtype: .float64)],
      ["0.exp_avg": .zeros([2], dtype: .float64)], ["1.step": Tensor([Int64(1)])],
    ]
    for state in wrong {
      let error = try #require(throws: DescentError.self) { try optimizer.load(state) }
      #expect(error.code == .mismatch)
      #expect(optimizer.stateDict.mapValues(\.doubles) == before)
    }
  }

  // MARK: Convergence

  @Test(arguments: rules) func convergesOnAParabola(_ rule: String) throws {
    let p = parameter([3, -2])
    let optimizer = try Optimizer([p], NamedRule(rule, ["lr": 0.05]))
    for _ in 0..<500 {
      (p * p * Tensor([1, 4], dtype: .float64)).sum().backward()
      try optimizer.step()
      optimizer.zeroGrad()
    }
    #expect(p.doubles.allSatisfy { abs($0) < 0.06 })
  }

  @Test(arguments: rules) func descendsOnRosenbrock(_ rule: String) throws {
    let options: [String: [String: Double]] = [
      "sgd": ["lr": 1e-3, "momentum": 0.9], "adam": ["lr": 0.02], "adamw": ["lr": 0.02, "weight_decay": 0],
      "rmsprop": ["lr": 1e-3],
    ]
    let p = parameter([-1.5, 2])
    let optimizer = try Optimizer([p], NamedRule(rule, try #require(options[rule])))
    var value = 0.0
    for _ in 0..<5000 {
      let (x, y) = (p[rows: 0..<1], p[rows: 1..<2])
      let loss = ((1 - x).pow(2) + 100 * (y - x * x).pow(2)).sum()
      value = loss.item()
      loss.backward()
      try optimizer.step()
      optimizer.zeroGrad()
    }
    #expect(value < 1e-2)
  }
}
