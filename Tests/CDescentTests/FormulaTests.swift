import CDescent
import Testing

/// Formulas as text: what they mean, their derivatives, where they are refused.
@Suite struct FormulaTests {
  typealias T = TensorHandle

  struct Case: Decodable, Sendable {
    struct Row: Decodable, Sendable {
      let value: Double
      let gradient: [Double], hessian: [Double]
    }
    let text: String
    let at: [Row]
  }
  private struct File: Decodable {
    let points: [[Double]]
    let formulas: [Case]
  }
  private static let file: File = loadFixture("formulas.json")
  static var cases: [Case] { file.formulas }

  /// A formula, ended with it.
  private final class Formula {
    let pointer: OpaquePointer

    init(_ text: String) throws {
      var made: OpaquePointer?
      let status = dsc_formula_parse(text, &made, nil)
      try #require(status == DSC_OK, "\(T.lastError)")
      pointer = made!
    }

    deinit { dsc_formula_destroy(pointer) }

    func callAsFunction(_ x: T) throws -> T {
      try withExtendedLifetime((self, x)) { try T.from { dsc_formula_evaluate(pointer, x.handle, $0) } }
    }
  }

  /// Units in the last place of the largest number that is added up, about.
  private func agree(_ actual: [Double], _ expected: [Double]) -> Bool {
    largestULP(actual, expected, DSC_FLOAT64, scale: expected.map(abs).max() ?? 0) < float64Budget
  }

  @Test(arguments: cases) func valuesAndDerivativesArePyTorchs(_ formula: Case) throws {
    let f = try Formula(formula.text)
    for (point, row) in zip(Self.file.points, formula.at) {
      let x = T(point, [3], requiresGrad: true)
      let y = try f(x)
      #expect(y.shape.isEmpty && agree(y.numbers, [row.value]), "\(formula.text): \(y.numbers)")
      let gradient = try y.gradients([x], createGraph: true)[0]
      #expect(agree(gradient.numbers, row.gradient), "\(formula.text): \(gradient.numbers)")
      // Row by row; an element that depends on nothing has no record.
      let hessian = try (0..<3).flatMap { index -> [Double] in
        let element = try T.from { dsc_select(gradient.handle, 0, Int64(index), $0) }
        return element.requiresGrad ? try element.gradients([x], createGraph: true)[0].numbers : [0, 0, 0]
      }
      #expect(agree(hessian, row.hessian), "\(formula.text): \(hessian)")
    }
  }

  @Test(arguments: cases) func manyPointsAtOnceGiveTheSame(_ formula: Case) throws {
    let f = try Formula(formula.text)
    let single = try Self.file.points.map { try f(T($0, [3])).item }
    let all = try f(T(Self.file.points.flatMap { $0 }, [1, 3, 3]))
    #expect(all.shape == [1, 3] && all.numbers == single)
    let float = try f(T(Self.file.points.flatMap { $0 }, [3, 3], DSC_FLOAT32))
    #expect(float.dtype == DSC_FLOAT32 && float.shape == [3])
  }

  /// Also at 0, where x^(n - k) is infinite soon.
  @Test func wholePowersHaveAllDerivatives() throws {
    for power in [2, 3, 5, 7] {
      let f = try Formula("x^\(power)")
      let x = T([0], [1], requiresGrad: true)
      var (y, factorial) = (try f(x), 1.0)
      for order in 1...power {
        y = try y.gradients([x], createGraph: true)[0]
        factorial *= Double(order)
        #expect(y.numbers == [order == power ? factorial : 0], "\(power), \(order)")
        y = try TapeTests.sum(y)
      }
    }
  }

  @Test func constantsAreTheSameEverywhere() throws {
    let five = try Formula("2 + 3")
    let x = T([1, 2, 3, 4], [2, 2], requiresGrad: true)
    let y = try five(x)
    #expect(y.shape == [2] && y.numbers == [5, 5] && !y.requiresGrad)
    #expect(try five(T([], [0, 2])).shape == [0])
    #expect(dsc_formula_variable_count(five.pointer) == 0)
  }

  @Test func variablesAreCounted() throws {
    for (text, count) in [("x", 1), ("y", 2), ("x9 + x2", 9), ("x1x2", 2), ("3", 0), ("sin(x3)", 3)] {
      #expect(dsc_formula_variable_count(try Formula(text).pointer) == count, "\(text)")
    }
  }

  /// Every function of the table can be called, and is the operation of its name.
  @Test func functionsAreTheOperationTables() throws {
    #expect(dsc_formula_function_count() == 35)
    for index in 0..<dsc_formula_function_count() {
      let row = try #require(dsc_formula_function_at(index)).pointee
      let name = String(cString: row.name)
      let f = try Formula("\(name)(\(row.arguments == 1 ? "x" : "x, y"))")
      let y = try f(T([0.25, 0.5], [2]))
      #expect(y.item.isFinite, "\(name)")
    }
  }

  @Test func refusalsNameThePlace() throws {
    let wrong: [(String, Int, String)] = [
      ("", 0, "at its end"), ("x1 + ", 5, "at its end"), ("2 sni(x)", 2, "\"sni(x)\""),
      ("x1)", 2, "no \"(\""),
      ("x 2", 2, "before a number"), ("xy", 0, "no variable"), ("sin x", 0, "followed by"),
      ("ä + x", 0, "character 1"), ("x + ä", 4, "character 5"),
    ]
    for (text, place, mention) in wrong {
      var (made, found): (OpaquePointer?, Int) = (nil, -1)
      #expect(dsc_formula_parse(text, &made, &found) == DSC_ERROR_ARGUMENT && made == nil)
      #expect(found == place && T.lastError.contains(mention), "\(text): \(found), \(T.lastError)")
    }
  }
}
