import Descent
import Testing

/// Quadratic models and noisy gradients.
@Suite struct QuadraticTests {
  @Test func theLecturesQuadratics() throws {
    let quadratic = try Quadratic(eigenvalues: [0.2, 4])
    #expect(quadratic.matrix == [[0.2, 0], [0, 4]])
    #expect(abs(quadratic.value(at: [-5, -2]) - 10.5) < 1e-14)
    let slope = gradient(of: { quadratic($0) }, at: Tensor([-5, -2], dtype: .float64)).doubles
    #expect(zip(slope, [-1, -8]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect("\(quadratic)" == "quadratic with eigenvalues 0.2, 4")
  }

  /// 0.1 (x1 + x2)^2 + 2 (x1 - x2)^2 is 0.1 x1^2 + 2 x2^2, turned by 45 degrees and stretched by sqrt 2.
  @Test func rotations() throws {
    let turned = try Quadratic(eigenvalues: [0.4, 8], rotation: 45)
    let formula = try Formula("0.1 (x1 + x2)^2 + 2 (x1 - x2)^2")
    for point in [[1.0, 2], [-5, -2], [0.25, -3]] {
      let (a, b) = (turned.value(at: point), formula.value(at: point))
      #expect(abs(a - b) < 1e-13 * b, "\(a), \(b)")
    }
    #expect(turned.matrix[0][1] == turned.matrix[1][0])
    // The other eigenvalue's axis is the second one's after a quarter turn.
    let quarter = try Quadratic(eigenvalues: [1, 3, 7], rotation: 90)
    #expect(abs(quarter.value(at: [1, 0, 0]) - 1.5) < 1e-14 && quarter.value(at: [0, 0, 1]) == 3.5)
    let bottom = try Newton.minimize(startingAt: [3, 4]) { turned($0) }
    #expect(abs(bottom.condition - 20) < 1e-10 && bottom.inertia.positive == 2)
  }

  @Test func linearAndConstantTerms() throws {
    let model = try Quadratic(matrix: [[2, 1], [1, 3]], linear: [1, -2], constant: 5)
    #expect(model.value(at: [1, 2]) == 9 + 1 - 4 + 5)
    #expect(model.values(at: [[0, 0], [1, 2]]) == [5, 11])
    #expect("\(model)" == "quadratic of the matrix ((2, 1), (1, 3))")
  }

  @Test func mistakesAreNamed() {
    func sentence(_ body: () throws(DescentError) -> Quadratic) -> String {
      do throws(DescentError) { _ = try body() } catch { return error.message }
      return ""
    }
    #expect(
      sentence { () throws(DescentError) in try Quadratic(matrix: [[1, 2], [3, 4]]) }.contains("(1, 2) is 2"))
    #expect(sentence { () throws(DescentError) in try Quadratic(matrix: [[1, 2]]) }.contains("square"))
    #expect(sentence { () throws(DescentError) in try Quadratic(matrix: []) }.contains("0 rows"))
    #expect(
      sentence { () throws(DescentError) in try Quadratic(matrix: [[1]], linear: [1, 2]) }.contains(
        "2 linear"))
    #expect(sentence { () throws(DescentError) in try Quadratic(eigenvalues: [.nan, 1]) }.contains("finite"))
    #expect(
      sentence { () throws(DescentError) in try Quadratic(eigenvalues: [1], rotation: 9) }.contains(
        "9 degrees"))
  }

  @Test func noiseIsInGradientsOnly() throws {
    let plain = try Quadratic(eigenvalues: [2, 4])
    let noisy = NoisyGradient(of: plain, deviation: 0.5, generator: Generator(seed: 3))
    let point = Tensor([-5, -2], dtype: .float64)
    #expect(noisy(point).item() == plain.value(at: [-5, -2]) && noisy.value(at: [1, 1]) == 3)
    let generator = Generator(seed: 3)
    // The call above drew too.
    _ = Tensor.randn([2], dtype: .float64, generator: generator)
    let noise = Tensor.randn([2], dtype: .float64, generator: generator).doubles
    let slope = gradient(of: { noisy($0) }, at: point).doubles
    let exact = [-10.0, -8.0]
    for axis in 0..<2 { #expect(abs(slope[axis] - exact[axis] - 0.5 * noise[axis]) < 1e-14) }
    #expect("\(noisy)" == "quadratic with eigenvalues 2, 4 with gradient noise 0.5")
  }
}
