import Descent
import Testing

/// The optimizer object: options, groups, clipping, the guard, state.
@Suite struct OptimizerTests {
  static let rules = RuleTable.rules.map(\.name)

  private func parameter(_ values: [Double]) -> Parameter { Parameter(Tensor(values, dtype: .float64)) }

  // MARK: Options

  @Test func facesHaveTheTablesDefaults() throws {
    let faces: [any OptimizerRule] = [
      SGD(), Adam(), AdamW(), RMSprop(), Adagrad(), Adadelta(), Adamax(), NAdam(), RAdam(), ASGD(), Rprop(),
      Adafactor(), Muon(), LBFGS(), SparseAdam(), Yogi(), Lion(), Signum(), LAMB(), LARS(), AdaBelief(),
      Adan(),
      ScheduleFreeSGD(), ScheduleFreeAdamW(),
    ]
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
    (Adagrad(learningRateDecay: -0.5), ["lr_decay", "-0.5"]),
    (Adagrad(initialAccumulatorValue: -1), ["initial_accumulator_value", "-1"]),
    (Adadelta(rho: 1.1), ["rho", "1.1", "[0, 1]"]),
    (Adamax(betas: (0, 1)), ["beta2", "1", "[0, 1)"]),
    (NAdam(momentumDecay: -0.2), ["momentum_decay", "-0.2"]),
    (RAdam(weightDecay: -1), ["weight_decay", "-1"]),
    (ASGD(weightDecay: -0.5), ["weight_decay", "-0.5"]),
    (Rprop(etas: (1, 0.5)), ["etaminus", "(0, 1)"]),
    (Rprop(etas: (0.5, 0.9)), ["etaplus", "0.9", "(1, inf)"]),
    (Adafactor(beta2Decay: 0.5), ["beta2_decay", "0.5", "(-inf, 0]"]),
    (Adafactor(d: 0.5), ["d is 0.5", "[1, inf)"]),
    (Adafactor(eps: (-1, 1)), ["eps1", "-1"]),
    (Muon(stepCount: 100), ["ns_steps", "100", "whole number", "[0, 99]"]),
    (NamedRule("muon", ["adjust_lr_fn": 2]), ["adjust_lr_fn", "original", "match_rms_adamw"]),
    (Muon(), ["matrices", "rank 1"]),
    (NamedRule("lbfgs", ["max_iter": 1.5]), ["max_iter", "1.5", "whole number"]),
    (LBFGS(historySize: 0), ["history_size", "0"]),
    (SparseAdam(learningRate: 0), ["lr", "0", "(0, inf)"]),
    (SparseAdam(eps: 0), ["eps", "0", "(0, inf)"]),
    (Yogi(initialAccumulatorValue: -1), ["initial_accumulator_value", "-1"]),
    (Lion(betas: (1, 0)), ["beta1", "1"]),
    (Signum(momentum: 1), ["momentum", "1", "[0, 1)"]),
    (LAMB(eps: -1), ["eps", "-1"]),
    (LARS(trustCoefficient: -1), ["trust_coefficient", "-1"]),
    (AdaBelief(betas: (0.9, 1)), ["beta2", "1"]),
    (Adan(betas: (0.9, 0.9, 1)), ["beta3", "1"]),
    (ScheduleFreeSGD(momentum: 0), ["momentum", "0", "(0, 1)"]),
    (ScheduleFreeAdamW(betas: (1, 0)), ["beta1", "1", "(0, 1)"]),
    (ScheduleFreeSGD(warmupSteps: -1), ["warmup_steps", "-1"]),
    (Lookahead(SGD(), steps: -1), ["steps", "-1"]),
    (Lookahead(SGD(), alpha: 2), ["alpha", "2", "[0, 1]"]),
    (Lookahead(LBFGS()), ["Lookahead", "lbfgs"]),
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

  @Test func rulesCanBeChosenByName() throws {
    // Of its own generator: with unlucky weights every unit would be off, and nothing would move.
    let generator = Generator(seed: 0)
    let model = Sequential {
      Linear(3, 4, generator: generator)
      ReLU()
      Linear(4, 2, generator: generator)
    }
    let optimizer = try Optimizer(for: model) { name, parameter in
      if parameter.shape.rank == 2 {
        Muon(learningRate: 0.1)
      } else {
        AdamW(weightDecay: name.hasPrefix("0") ? 0 : 0.5)
      }
    }
    #expect(optimizer.rules.map(\.ruleName) == ["muon", "adamw", "adamw"])
    #expect(optimizer.parameters.map(\.name) == ["0.weight", "2.weight", "0.bias", "2.bias"])
    #expect(try optimizer.option("weight_decay", group: 2) == 0.5)
    let before = model.parameters.map(\.doubles)
    model(.ones([5, 3])).sum().backward()
    try optimizer.step()
    #expect(zip(model.parameters, before).allSatisfy { $0.doubles != $1 })
  }

  @Test func groupsCanBeAddedLater() throws {
    let (a, b) = (parameter([1]), parameter([1, 1]))
    let optimizer = try Optimizer(groups: [ParameterGroup([("a", a)], Adam(learningRate: 0.1))])
    a.grad = Tensor([1], dtype: .float64)
    try optimizer.step()
    let state = optimizer.stateDict["a.exp_avg"]!.doubles
    let wrong: [(ParameterGroup, String)] = [
      (ParameterGroup([("a2", a)], SGD()), "twice"), (ParameterGroup([("a", b)], SGD()), "called a"),
      (ParameterGroup([("b", b)], SGD(learningRate: -1)), "lr"),
      (ParameterGroup([("b", b)], Muon()), "matrices"),
      (ParameterGroup([("c", Parameter(.ones([2])))], SGD()), "float64"),
    ]
    for (group, mention) in wrong {
      let error = try #require(throws: DescentError.self) { try optimizer.addGroup(group) }
      #expect(error.message.contains(mention), "\(error)")
    }
    try optimizer.addGroup(ParameterGroup([("b", b)], SGD(learningRate: 0.5)))
    #expect(optimizer.stateDict["a.exp_avg"]!.doubles == state && a.grad?.doubles == [1])
    b.grad = Tensor([1, 2], dtype: .float64)
    try optimizer.step()
    #expect(b.doubles == [0.5, 0] && optimizer.stateDict["a.step"]?.item() == 2)
    #expect(abs(a.doubles[0] - 0.8) < 1e-7)
  }

  @Test func frozenParametersStay() throws {
    let (a, b) = (parameter([1]), parameter([1]))
    let optimizer = try Optimizer(
      groups: [ParameterGroup([("head.w", a), ("body.w", b)], SGD(learningRate: 0.5, momentum: 0.9))])
    func step() throws {
      a.grad = Tensor([1], dtype: .float64)
      b.grad = Tensor([1], dtype: .float64)
      try optimizer.step()
    }
    #expect(optimizer.freeze { $0.hasPrefix("body") } == 1 && optimizer.freeze { $0 == "tail" } == 0)
    try step()
    #expect(a.doubles == [0.5] && b.doubles == [1] && optimizer.stateDict["body.w.step"] == nil)
    #expect(optimizer.unfreeze { _ in true } == 2)
    try step()
    #expect(b.doubles == [0.5])
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
  @Test(arguments: RuleTable.rules.filter { $0.kind == .elementwise })
  func splitRangesEqualTheWhole(_ row: RuleTable.Rule) throws {
    let rule = row.name
    let decay = row.options.contains { $0.name == "weight_decay" } ? ["weight_decay": 0.1] : [:]
    func run(_ lengths: [Int]) throws -> [Double] {
      let values = exactNumbers(40_000)
      var start = 0
      let parameters = lengths.map { length -> Parameter in
        defer { start += length }
        return parameter(Array(values[start..<start + length]))
      }
      let optimizer = try Optimizer(parameters, NamedRule(rule, decay.merging(["lr": 0.01]) { $1 }))
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

  @Test func clippingCanRefuseNormsThatAreNotFinite() throws {
    let a = parameter([1, 1])
    let optimizer = try Optimizer([a], SGD(learningRate: 1))
    try optimizer.setClipping(norm: 1, errorIfNonFinite: true)
    a.grad = Tensor([.nan, 1], dtype: .float64)
    let error = try #require(throws: DescentError.self) { try optimizer.step() }
    #expect(error.code == .nonFinite && a.doubles == [1, 1])
    try optimizer.setClipping(norm: 1)
    try optimizer.step()
    #expect(a.doubles.allSatisfy { $0.isNaN }, "as PyTorch: all gradients are scaled by NaN")
  }

  @Test func statisticsOfGroups() throws {
    let (a, b) = (parameter([3, 4]), Parameter(Tensor([1, 2], shape: [1, 2], dtype: .float64)))
    let optimizer = try Optimizer(groups: [
      ParameterGroup([("a", a)], SGD(learningRate: 0.5)), ParameterGroup([("b", b)], LARS()),
    ])
    a.grad = Tensor([6, 8], dtype: .float64)
    b.grad = Tensor([3, 4], shape: [1, 2], dtype: .float64)
    #expect(optimizer.statistics() == nil)
    optimizer.collectsStatistics = true
    try optimizer.setClipping(value: 7)
    try optimizer.step()
    let (first, second) = (try #require(optimizer.statistics()), try #require(optimizer.statistics(group: 1)))
    #expect(first.gradientNorm == 10 && first.weightNorm == 5 && first.clippedShare == 0.5)
    #expect(abs(first.updateNorm - (9 + 12.25).squareRoot()) < 1e-14)
    #expect(second.gradientNorm == 5 && second.clippedShare == 0)
    #expect(abs(second.updateRatio - 1e-3) < 1e-12, "LARS's trust coefficient")
  }

  @Test func hooksRunAroundSteps() throws {
    let a = parameter([1])
    let optimizer = try Optimizer([a], SGD(learningRate: 1))
    var seen: [String] = []
    let before = optimizer.addHook(.beforeStep) { _ in
      seen.append("before \(a.doubles[0])")
      a.grad = Tensor([0.25], dtype: .float64)
    }
    optimizer.addHook(.afterStep) { _ in seen.append("after \(a.doubles[0])") }
    try optimizer.step()
    #expect(seen == ["before 1.0", "after 0.75"])
    optimizer.removeHook(before)
    try optimizer.step()
    #expect(seen.count == 3)
    optimizer.addHook(.beforeStep) { (_) throws(DescentError) in throw DescentError(.invalidArgument, "no") }
    #expect(throws: DescentError.self) { try optimizer.step() }
    #expect(a.doubles == [0.5])
  }

  /// The gradients of parts of a batch add up to those of the whole.
  @Test func gradientsAccumulate() throws {
    let model = Linear(3, 1, dtype: .float64)
    let (x, y) = (
      Tensor(exactNumbers(24), shape: [8, 3], dtype: .float64),
      Tensor(exactNumbers(8), shape: [8, 1], dtype: .float64)
    )
    let optimizer = try Optimizer(for: model, SGD())
    MSELoss()(model(x), y).backward()
    let whole = model.weight.grad!.doubles
    optimizer.zeroGrad()
    for i in 0..<4 {
      (MSELoss()(model(x[rows: 2 * i..<2 * i + 2]), y[rows: 2 * i..<2 * i + 2]) / 4).backward()
    }
    // Sums of terms of either sign, up to 4.
    #expect(largestULP(model.weight.grad!.doubles, whole, .float64, scale: 4) <= 16)
  }

  @Test func hugeGradientsHaveANorm() throws {
    let a = parameter([0, 0])
    let optimizer = try Optimizer([a], SGD())
    optimizer.collectsStatistics = true
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
    #expect(optimizer.stateDict.keys.allSatisfy { $0.hasPrefix("group.") }, "no state, no step")
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
    #expect(a.doubles == [1, 1] && optimizer.stateDict["first.step"] == nil)
  }

  @Test func propagateGoesOn() throws {
    let (optimizer, a, b) = try optimizerWithBadGradient(.nan, .propagate)
    #expect(try optimizer.step().badParameter == nil, "nobody looked")
    #expect(a.doubles[0] != 1 && b.doubles[1].isNaN && !b.doubles[0].isNaN)
  }
}
