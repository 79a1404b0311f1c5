import Descent
import Testing

/// Formulas in Swift. What they compute is tested in C's tests.
@Suite struct FormulaTests {
  @Test func formulasAreObjectives() throws {
    let formula = try Formula("0.1 x1^2 + 2 x2^2")
    #expect("\(formula)" == "0.1 x1^2 + 2 x2^2" && formula.variableCount == 2)
    #expect(abs(formula.value(at: [-5, -2]) - 10.5) < 1e-14)
    #expect(formula.values(at: []) == [])
    let values = formula.values(at: [[0, 0], [0, 1], [10, 0]])
    #expect(zip(values, [0, 2, 10]).allSatisfy { abs($0 - $1) < 1e-14 })
    let slope = gradient(of: { formula($0) }, at: Tensor([-5, -2], dtype: .float64)).doubles
    #expect(zip(slope, [-1, -8]).allSatisfy { abs($0 - $1) < 1e-14 })
    let result = try Newton.minimize(startingAt: [-5, -2]) { formula($0) }
    #expect(result.reason.isGood && result.iterations <= 2)
  }

  @Test func namesAreSuggested() {
    func sentence(_ text: String) -> String {
      do throws(DescentError) { _ = try Formula(text) } catch { return error.message }
      return ""
    }
    #expect(sentence("sni(x1)").hasSuffix("did you mean 'sin'?"))
    #expect(sentence("2 sqr(x)").contains("did you mean 'sqrt'"))
    #expect(sentence("x1 +").contains("at its end") && !sentence("x1 +").contains("mean"))
    #expect(!sentence("sin x").contains("mean"))
    #expect(sentence("x\0y").contains("zero byte"))
    #expect(Formula.functions.contains { $0 == ("maximum", 2) })
  }
}
