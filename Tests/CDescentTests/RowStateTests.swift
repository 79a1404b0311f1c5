import CDescent
import Testing

/// State that row gradients begin row by row: every row against an optimizer of its own that is given the same
/// gradients in the steps that touch it, at the tensor's step count.
@Suite struct RowStateTests {
  static let rules: [String] = (0..<dsc_rule_count()).compactMap { index in
    let info = dsc_rule_at(index)!.pointee
    return info.kind == DSC_RULE_ELEMENTWISE ? String(cString: info.name) : nil
  }

  /// What gives a rule's state a beginning that is not 0, and all of its slots.
  static let options: [String: [String: Double]] = [
    "sgd": ["momentum": 0.9, "dampening": 0.5], "adam": ["amsgrad": 1], "adamw": ["amsgrad": 1],
    "rmsprop": ["momentum": 0.9, "centered": 1],
    "adagrad": ["initial_accumulator_value": 0.5, "lr_decay": 0.1],
    "yogi": ["initial_accumulator_value": 0.25], "asgd": ["t0": 2], "schedule_free_sgd": ["warmup_steps": 3],
    "schedule_free_adamw": ["warmup_steps": 3, "weight_decay": 0.1],
  ]

  enum Touch {
    /// These rows; perhaps none.
    case rows([Int64])
    /// All of them, by a dense gradient.
    case all
    /// The tensor has no gradient.
    case none
  }

  static let width = 3, count = 5, before = 2

  /// A tensor whose rows are stepped, between two dense ones; and each of its rows alone.
  final class Pair {
    var whole: TestEngine
    let alone: [TestEngine]
    private let make: () -> TestEngine
    private var seed = 10

    init(_ rule: String, _ options: [String: Double], lookahead: Int64 = 0) {
      func engine(_ shapes: [[Int]]) -> TestEngine {
        let engine = TestEngine(shapes, rule, options)
        #expect(dsc_optimizer_set_lookahead(engine.handle, 0, lookahead, 0.25) == DSC_OK)
        return engine
      }
      make = { engine([[before], [count, width], [2, 2]]) }
      whole = make()
      alone = (0..<count).map { _ in engine([[1, width]]) }
      for row in 0..<count { alone[row].values = Array(values(row)) }
    }

    func values(_ row: Int) -> ArraySlice<Double> {
      let start = before + row * width
      return whole.values[start..<start + width]
    }

    func each(_ body: (TestEngine) -> Void) { ([whole] + alone).forEach(body) }

    func step(_ touch: Touch) {
      seed += 1
      let gradients = TestEngine.numbers(whole.values.count, seed: seed)
      var touched: [Int: [Double]] = [:]
      let (steps, scalars) = (whole.steps[1], whole.scalars(1))
      switch touch {
      case .rows(let rows):
        let values = TestEngine.numbers(rows.count * width, seed: seed + 1000)
        for (place, row) in rows.enumerated() {
          touched[Int(row)] = Array(values[place * width..<(place + 1) * width])
        }
        #expect(whole.step(gradients, rows: rows, of: 1, values) == DSC_OK)
      case .all:
        for row in 0..<count {
          touched[row] = Array(gradients[before + row * width..<before + (row + 1) * width])
        }
        #expect(whole.step(gradients) == DSC_OK)
      case .none: #expect(whole.step(gradients, has: [1, 0, 1]) == DSC_OK)
      }
      for (row, gradient) in touched {
        alone[row].steps = [steps]
        if let scalars { dsc_optimizer_set_scalars(alone[row].handle, 0, scalars) }
        #expect(alone[row].step(gradient) == DSC_OK)
      }
      check()
    }

    private func check() {
      for row in 0..<count { #expect(Array(values(row)) == alone[row].values, "row \(row)") }
      for (slot, found) in whole.slots(1).enumerated() {
        let own = alone.map { $0.slots(0)[slot] }
        #expect((found?.begun ?? Array(repeating: 0, count: count)) == own.map { $0 == nil ? 0 : 1 })
        let expected = own.flatMap { $0?.elements ?? Array(repeating: 0, count: width) }
        #expect(found == nil || found?.elements == expected, "slot \(slot)")
        #expect(whole.info(1, slot).partly == (found?.begun.contains(0) ?? false))
      }
    }

    /// Goes on with another engine that is given the state.
    func reload() {
      let next = make()
      // State of its own, which must go.
      #expect(next.step(TestEngine.numbers(next.values.count, seed: 3)) == DSC_OK)
      next.load(whole)
      whole = next
      check()
    }
  }

  static let touches: [Touch] = [
    .rows([]), .rows([0]), .rows([1, 3]), .none, .rows([0, 3]), .rows([4]), .rows([]), .rows([0, 1, 4]), .all,
    .rows([2, 3]), .all,
  ]

  @Test(arguments: rules, [0, 2, 3] as [Int64]) func everyRowIsAParameter(_ rule: String, _ lookahead: Int64)
  {
    let pair = Pair(rule, Self.options[rule] ?? [:], lookahead: lookahead)
    for touch in Self.touches { pair.step(touch) }
  }

  /// Saved in the midst of it, and gone on with in an engine that had other state.
  @Test(arguments: rules) func itIsExportedAndImported(_ rule: String) {
    for stop in [1, 3, 6, 9] {
      let pair = Pair(rule, Self.options[rule] ?? [:], lookahead: 2)
      for (index, touch) in Self.touches.enumerated() {
        if index == stop { pair.reload() }
        pair.step(touch)
      }
    }
  }

  /// Slots that come into use later begin then, in the rows that are touched.
  @Test func slotsSwitchedOnLater() {
    let changes: [(String, [String: Double])] = [
      ("adam", ["amsgrad": 1]), ("sgd", ["momentum": 0.9, "dampening": 0.5]),
      ("rmsprop", ["centered": 1, "momentum": 0.9]),
    ]
    for (rule, options) in changes {
      for early in [Touch.rows([0, 1]), .all] {
        let pair = Pair(rule, [:])
        pair.step(early)
        pair.each { #expect($0.set(options) == DSC_OK) }
        for touch in Self.touches { pair.step(touch) }
      }
    }
    let pair = Pair("adam", [:])
    pair.step(.rows([0, 1]))
    pair.each { #expect(dsc_optimizer_set_lookahead($0.handle, 0, 2, 0.25) == DSC_OK) }
    pair.step(.rows([1, 2]))
    pair.each { #expect(dsc_optimizer_set_lookahead($0.handle, 0, 0, 0.25) == DSC_OK) }
    pair.step(.rows([2, 3]))
    pair.each { #expect(dsc_optimizer_set_lookahead($0.handle, 0, 3, 0.5) == DSC_OK) }
    for touch in Self.touches { pair.step(touch) }
  }

  /// By hand: SGD at a rate of 0.1 with Lookahead(2, 0.5).
  @Test func slowWeightsBeginWithTheRow() {
    let engine = TestEngine([[2, 1]], "sgd", ["lr": 0.1])
    #expect(dsc_optimizer_set_lookahead(engine.handle, 0, 2, 0.5) == DSC_OK)
    engine.values = [10, 10]
    #expect(engine.step(nil, rows: [0], of: 0, [1]) == DSC_OK && engine.values == [9.9, 10])
    #expect(engine.step(nil, rows: [1], of: 0, [1]) == DSC_OK)
    #expect(engine.values == [9.9, 9.95])
  }

  /// By hand: what is not 0 at first, in a row that the second step touches.
  @Test func initialValuesBeginWithTheRow() {
    let rprop = TestEngine([[2, 1]], "rprop", ["lr": 0.25])
    rprop.values = [1, 1]
    #expect(rprop.step(nil, rows: [], of: 0, []) == DSC_OK && rprop.slots(0) == [nil, nil])
    #expect(rprop.step(nil, rows: [0], of: 0, [3]) == DSC_OK)
    #expect(rprop.step(nil, rows: [1], of: 0, [3]) == DSC_OK && rprop.values == [0.75, 0.75])
    let adagrad = TestEngine([[2, 1]], "adagrad", ["lr": 1, "initial_accumulator_value": 16, "eps": 0])
    adagrad.values = [1, 1]
    #expect(adagrad.step(nil, rows: [0], of: 0, [3]) == DSC_OK)
    #expect(adagrad.step(nil, rows: [1], of: 0, [3]) == DSC_OK && adagrad.values == [0.4, 0.4])
    let sgd = TestEngine([[2, 1]], "sgd", ["lr": 1, "momentum": 0.5, "dampening": 0.75])
    sgd.values = [1, 1]
    #expect(sgd.step(nil, rows: [0], of: 0, [3]) == DSC_OK)
    #expect(sgd.step(nil, rows: [1], of: 0, [3]) == DSC_OK && sgd.values == [-2, -2])
  }

  /// Rows that no step has touched are good where they are.
  @Test func evaluationWeightsOfRows() {
    let engine = TestEngine([[4, 2]], "schedule_free_sgd", ["lr": 0.5])
    for rows in [[0], [2, 3], [3]] as [[Int64]] {
      #expect(engine.step(nil, rows: rows, of: 0, TestEngine.numbers(2 * rows.count, seed: 5)) == DSC_OK)
    }
    var out = [Double](repeating: .nan, count: 8)
    #expect(dsc_optimizer_evaluation_weights(nil, engine.handle, engine.values, &out) == DSC_OK)
    let z = engine.slots(0)[0]!
    #expect(z.begun == [1, 0, 1, 1])
    for index in 0..<8 {
      let y = engine.values[index], x = z.elements[index] + (y - z.elements[index]) / 0.9
      #expect(abs(out[index] - (index / 2 == 1 ? y : x)) < 1e-14)
    }
  }

  /// Neither a skipped step nor more tensors disturb it.
  @Test func skippedStepsAndMoreTensors() {
    let pair = Pair("sgd", ["momentum": 0.9, "dampening": 0.5])
    pair.step(.rows([1]))
    let (engine, values) = (pair.whole, pair.whole.values)
    #expect(dsc_optimizer_set_guard(engine.handle, DSC_GUARD_SKIP) == DSC_OK)
    #expect(engine.step(values, rows: [2], of: 1, [1, .nan, 1]) == DSC_STEP_SKIPPED)
    #expect(engine.report.was_skipped && engine.report.bad_tensor == 1 && engine.report.bad_element == 7)
    #expect(engine.values == values && engine.slots(1)[0]?.begun == [0, 1, 0, 0, 0])
    #expect(dsc_optimizer_add_tensors(engine.handle, 1, [0], nil) == DSC_OK)
    #expect(engine.slots(1)[0]?.begun == [0, 1, 0, 0, 0])
    pair.step(.rows([1, 2]))
    dsc_optimizer_reset(engine.handle)
    #expect(engine.slots(1) == [nil])
  }

  @Test func rowsAreChecked() {
    let engine = TestEngine([[3, 0], [2, 1], []], "adam")
    #expect(engine.step([1, 1, 1], rows: [3], of: 0, []) == DSC_ERROR_ARGUMENT)
    #expect(TestEngine.lastError.contains("row 3 is outside [0, 3)"))
    #expect(engine.step([1, 1, 1], rows: [0, 2], of: 0, []) == DSC_OK)
    #expect(engine.step([1, 1, 1], rows: [0], of: 2, [1]) == DSC_ERROR_ARGUMENT)
    var begun: [UInt8] = [1, 1]
    #expect(dsc_optimizer_export_rows(engine.handle, 2, 0, &begun) == DSC_ERROR_ARGUMENT)
    #expect(dsc_optimizer_export_rows(engine.handle, 1, 9, &begun) == DSC_ERROR_ARGUMENT)
    #expect(dsc_optimizer_import_rows(engine.handle, 1, 0, nil) == DSC_ERROR_ARGUMENT)
    let fresh = TestEngine([[2, 1]], "adam")
    #expect(dsc_optimizer_import_rows(fresh.handle, 0, 0, begun) == DSC_ERROR_ARGUMENT, "nothing is there")
    let matrix = TestEngine([[2, 2]], "lars")
    #expect(matrix.step([1, 1, 1, 1]) == DSC_OK)
    #expect(dsc_optimizer_import_rows(matrix.handle, 0, 0, begun) == DSC_ERROR_ARGUMENT)
  }

  /// A gradient buffer is asked for only where a gradient is in it.
  @Test func gradientsMayBeByRowsAlone() {
    let engine = TestEngine([[2, 1]], "sgd", ["lr": 1])
    engine.values = [1, 1]
    #expect(engine.step(nil, rows: [1], of: 0, [3]) == DSC_OK && engine.values == [1, -2])
    let mixed = TestEngine([[2, 1], [1]], "sgd")
    #expect(mixed.step(nil, rows: [1], of: 0, [3]) == DSC_ERROR_ARGUMENT)
    #expect(TestEngine.lastError.contains("gradients is NULL"))
  }
}
