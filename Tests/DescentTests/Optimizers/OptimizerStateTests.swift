import Descent
import Testing

/// Saving an optimizer's state and going on from it.
@Suite struct OptimizerStateTests {
  /// What fills all of a rule's state.
  static let options: [String: [String: Double]] = [
    "sgd": ["momentum": 0.9], "adam": ["amsgrad": 1], "adamw": ["amsgrad": 1],
    "rmsprop": ["momentum": 0.9, "centered": 1], "asgd": ["t0": 2],
    "lbfgs": ["history_size": 3, "max_iter": 2],
    "schedule_free_sgd": ["warmup_steps": 6], "adafactor": ["weight_decay": 0.1],
  ]

  static let shapes: [Shape] = [[3, 5], [7, 2], [4, 4]]

  private func parameters() -> [Parameter] {
    Self.shapes.enumerated().map { index, shape in
      Parameter(Tensor(exactNumbers(shape.elementCount, offset: index), shape: shape, dtype: .float64))
    }
  }

  private func optimizer(_ parameters: [Parameter], _ rule: String) throws -> Optimizer {
    let base = NamedRule(rule, Self.options[rule] ?? [:])
    return try Optimizer(parameters, rule == "lbfgs" ? base : Lookahead(base, steps: 3))
  }

  private func run(_ optimizer: Optimizer, _ steps: ClosedRange<Int>) throws {
    let parameters = optimizer.parameters.map(\.parameter)
    for step in steps {
      try optimizer.step { () throws(DescentError) in
        optimizer.zeroGrad()
        var loss = Tensor.zeros([], dtype: .float64)
        for (index, p) in parameters.enumerated() {
          let target = Tensor(
            exactNumbers(p.count, step: step, offset: index), shape: p.shape, dtype: .float64)
          loss = loss + ((p - target) * (p - target)).sum()
        }
        loss.backward()
        return loss
      }
    }
  }

  /// Going on from a saved state gives the bits of not having stopped, through a file too.
  @Test(arguments: RuleTable.rules) func roundTrip(_ rule: RuleTable.Rule) throws {
    let whole = try optimizer(parameters(), rule.name)
    try run(whole, 1...10)
    let first = try optimizer(parameters(), rule.name)
    try run(first, 1...4)
    try first.setOptions(["lr": try first.option("lr") * 1.0])
    let copies = first.parameters.map { Parameter($0.parameter) }
    let second = try optimizer(copies, rule.name)
    let state = try withTemporaryFolder { folder in
      try SafeTensors.write(first.stateDict, to: "\(folder)/state.safetensors")
      return try SafeTensors.read("\(folder)/state.safetensors").tensors
    }
    #expect(try second.load(state).isEmpty)
    #expect(second.stateDict.mapValues(\.doubles) == first.stateDict.mapValues(\.doubles))
    try run(second, 5...10)
    #expect(second.parameters.map(\.parameter.doubles) == whole.parameters.map(\.parameter.doubles))
    let names = Set(second.stateDict.keys.filter { $0.hasPrefix("0.") }.map { String($0.dropFirst(2)) })
    let expected = Set(rule.slots + rule.scalars + ["step"]).subtracting(["variance"])
    #expect(names.isSuperset(of: expected), "\(expected.subtracting(names))")
    #expect(names.contains("slow") != rule.needsClosure)
  }

  /// Likewise where row gradients have begun some rows' state only.
  @Test(arguments: RuleTable.rules.filter { $0.kind == .elementwise })
  func roundTripByRows(_ rule: RuleTable.Rule) throws {
    func run(_ optimizer: Optimizer, _ steps: ClosedRange<Int>) throws {
      let p = optimizer.parameters[0].parameter
      for step in steps {
        let rows = [[1], [0, 3], [], [1, 4]][step % 4]
        let values = Tensor(
          exactNumbers(2 * rows.count, step: step), shape: [rows.count, 2], dtype: .float64)
        if step == 9 {
          p.grad = Tensor(exactNumbers(10, step: step), shape: [5, 2], dtype: .float64)
        } else {
          p.rowGradient = RowGradient(rows: rows, values: values)
        }
        try optimizer.step()
        optimizer.zeroGrad()
      }
    }
    let start = Tensor(exactNumbers(10), shape: [5, 2], dtype: .float64)
    let whole = try optimizer([Parameter(start)], rule.name)
    try run(whole, 1...10)
    let first = try optimizer([Parameter(start)], rule.name)
    try run(first, 1...2)
    let state = try withTemporaryFolder { folder in
      try SafeTensors.write(first.stateDict, to: "\(folder)/state.safetensors")
      return try SafeTensors.read("\(folder)/state.safetensors").tensors
    }
    #expect(state["0.slow.begun_rows"]?.doubles == [1, 0, 0, 1, 0])
    let second = try optimizer([Parameter(first.parameters[0].parameter)], rule.name)
    try run(second, 3...5)
    second.parameters[0].parameter.copy(from: first.parameters[0].parameter)
    #expect(try second.load(state).isEmpty)
    #expect(second.stateDict.mapValues(\.doubles) == first.stateDict.mapValues(\.doubles))
    try run(second, 3...10)
    #expect(second.parameters[0].parameter.doubles == whole.parameters[0].parameter.doubles)
    #expect(second.stateDict.keys.allSatisfy { !$0.hasSuffix("begun_rows") }, "all rows have begun")
  }

  /// Flags without the numbers they tell of are of no use.
  @Test func rowsWithoutTheirSlot() throws {
    let p = Parameter(.ones([2, 1], dtype: .float64))
    let optimizer = try Optimizer([p], SGD(momentum: 0.9))
    let state = [
      "0.step": Tensor([Int64(1)], shape: []), "0.momentum_buffer.begun_rows": Tensor([Int64(1), 0]),
    ]
    #expect(throws: DescentError.self) { try optimizer.load(state) }
    #expect(try optimizer.load(state, strict: false).missing == ["0.momentum_buffer"])
    #expect(optimizer.stateDict["0.momentum_buffer"] == nil)
  }

  @Test func changedOptionsAreRestored() throws {
    let first = try optimizer(parameters(), "sgd")
    try first.setOptions(["lr": 0.25])
    let second = try optimizer(parameters(), "sgd")
    try second.load(first.stateDict)
    #expect(try second.option("lr") == 0.25)
  }

  private func stepped() throws -> Optimizer {
    let p = Parameter(Tensor([1, 2], dtype: .float64))
    let optimizer = try Optimizer([p], SGD(momentum: 0.9))
    p.grad = Tensor([1, 1], dtype: .float64)
    try optimizer.step()
    return optimizer
  }

  @Test func aStateThatDoesNotFitIsRefused() throws {
    let optimizer = try stepped()
    let before = optimizer.stateDict.mapValues(\.doubles)
    let wrong: [([String: Tensor], String)] = [
      (["0.step": Tensor([Int64(1)], shape: []), "0.momentum_buffer": .zeros([3], dtype: .float64)], "[3]"),
      (
        ["0.step": Tensor([Int64(1)], shape: []), "0.momentum_buffer": .zeros([2], dtype: .float32)],
        "float32"
      ),
      (
        ["0.step": Tensor([Int64(-1)], shape: []), "0.momentum_buffer": .zeros([2], dtype: .float64)],
        "step count"
      ),
      (
        ["0.step": Tensor([Int64.max], shape: []), "0.momentum_buffer": .zeros([2], dtype: .float64)],
        "step count"
      ),
      (["0.momentum_buffer": .zeros([2], dtype: .float64)], "missing: 0.step"),
      (["0.exp_avg": .zeros([2], dtype: .float64)], "unexpected: 0.exp_avg"),
      (["1.step": Tensor([Int64(1)], shape: [])], "unexpected: 1.step"),
      (["group.0.lr": Tensor([-1], shape: [], dtype: .float64)], "lr is -1"),
      (["group.1.lr": Tensor([1], shape: [], dtype: .float64)], "group.1.lr"),
    ]
    for (state, mention) in wrong {
      let error = try #require(throws: DescentError.self) { try optimizer.load(state) }
      #expect(error.message.contains(mention), "\(error)")
      #expect(optimizer.stateDict.mapValues(\.doubles) == before)
    }
  }

  @Test func whatFitsCanBeLoadedAlone() throws {
    let optimizer = try stepped()
    let differences = try optimizer.load(
      [
        "0.step": Tensor([Int64(7)], shape: []), "0.momentum_buffer": .zeros([3], dtype: .float64),
        "other.step": Tensor([Int64(1)], shape: []),
      ], strict: false)
    #expect(differences.mismatched.count == 1 && differences.unexpected == ["other.step"])
    #expect(differences.description.contains("mismatched: 0.momentum_buffer is float64 [3], not float64 [2]"))
    #expect(optimizer.stateDict["0.step"]?.item() == 7 && optimizer.stateDict["0.momentum_buffer"] == nil)
  }

  /// A count that speaks of more than there is would be read beyond the history's end.
  @Test func anLBFGSHistoryMustBeWhole() throws {
    let first = try optimizer(parameters(), "lbfgs")
    try run(first, 1...3)
    let state = first.stateDict
    let changes: [(String, Tensor?, String)] = [
      ("0.pairs", Tensor([9], shape: [], dtype: .float64), "0...3"),
      ("0.pairs", Tensor([.nan], shape: [], dtype: .float64), "0...3"), ("0.old_dirs.1", nil, "0.old_dirs.1"),
      ("0.prev_flat_grad", nil, "0.prev_flat_grad"),
    ]
    for (name, tensor, mention) in changes {
      var damaged = state
      damaged[name] = tensor
      for strict in [true, false] {
        let second = try optimizer(parameters(), "lbfgs")
        let error = try #require(throws: DescentError.self) { try second.load(damaged, strict: strict) }
        #expect(error.code == .mismatch && error.message.contains(mention), "\(error)")
      }
    }
  }

  @Test func modelsLoadInPart() throws {
    let model = Linear(2, 1)
    let differences = try model.load(["weight": .ones([1, 2]), "extra": .ones([1])], strict: false)
    #expect(differences.missing == ["bias"] && differences.unexpected == ["extra"])
    #expect(model.weight.doubles == [1, 1])
  }
}
