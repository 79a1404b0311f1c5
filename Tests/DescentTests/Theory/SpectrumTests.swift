import Descent
import Testing

/// Spectra, preconditioning and Gerschgorin's discs, against numpy.
@Suite struct SpectrumTests {
  @Test func againstNumpy() throws {
    for expected in TheoryFixture.load().matrices {
      let quadratic = try Quadratic(
        matrix: expected.matrix, linear: expected.matrix.indices.map { Double($0 + 1) })
      let spectrum = quadratic.spectrum
      let size = spectrum.values.map(abs).max()!
      #expect(agree(spectrum.values.map { $0 / size }, expected.eigenvalues.map { $0 / size }, 1e-14))
      for (value, vector) in zip(spectrum.values, spectrum.vectors) {
        let product = expected.matrix.map { row in zip(row, vector).map { $0 * $1 }.reduce(0, +) }
        #expect(agree(product.map { $0 / size }, vector.map { value / size * $0 }, 1e-14))
        #expect(agree([vector.map { $0 * $0 }.reduce(0, +)], [1]))
      }
      let discs = GerschgorinDisc.discs(of: expected.matrix)
      #expect(agree(discs.map(\.radius), expected.radii))
      #expect(discs.map(\.center) == expected.matrix.indices.map { expected.matrix[$0][$0] })
      for value in spectrum.values {
        #expect(discs.contains { $0.range.contains(value) || abs(value - $0.center) - $0.radius < 1e-12 })
      }
      let scaled = try quadratic.diagonallyPreconditioned()
      #expect(agree(scaled.matrix.flatMap { $0 }, expected.scaled.flatMap { $0 }))
      #expect(agree(scaled.spectrum.values, expected.scaledEigenvalues))
      guard spectrum.smallest > 0 else { continue }
      #expect(agree(try quadratic.minimizer(), expected.minimizer, 1e-10))
      // Scaled back, the minimum is where it was.
      let back = zip(try scaled.minimizer(), expected.matrix.indices).map {
        $0 / expected.matrix[$1][$1].squareRoot()
      }
      #expect(agree(back, expected.minimizer, 1e-10))
    }
  }

  /// The lecture's function is axis-aligned, so that nothing is left to do; turned, its diagonal says nothing.
  @Test func theLecturesQuadratics() throws {
    let straight = try Quadratic(eigenvalues: [0.2, 4])
    #expect(agree([straight.spectrum.condition], [20]))
    #expect(try straight.diagonallyPreconditioned().spectrum.condition == 1)
    let turned = try Quadratic(eigenvalues: [0.4, 8], rotation: 45)
    #expect(agree([try turned.diagonallyPreconditioned().spectrum.condition], [20]))
  }

  /// Both eigenvalues have the factor 0.8 in absolute value: 0.8^10 = 0.107.
  @Test func stepsOfSGD() throws {
    let model = try Quadratic(matrix: [[5, 4], [4, 5]], linear: [2, 1])
    #expect(try model.steps(by: SGD(learningRate: 0.2), toFactor: 0.1, most: 50) == 11)
    #expect(try model.steps(by: SGD(learningRate: 0.2), toFactor: 0.1, most: 10) == nil)
    #expect(try model.steps(by: SGD(learningRate: 0.3), toFactor: 0.1, most: 50) == nil)
    #expect(throws: DescentError.self) {
      try Quadratic(eigenvalues: [1, 0]).steps(by: SGD(learningRate: 0.2), toFactor: 0.1, most: 9)
    }
  }

  @Test func mistakesAreNamed() {
    func sentence(_ body: () throws(DescentError) -> Void) -> String {
      do throws(DescentError) { try body() } catch { return error.message }
      return ""
    }
    func spectrum(_ matrix: [[Double]]) -> String {
      sentence { () throws(DescentError) in _ = try Spectrum(of: matrix) }
    }
    #expect(spectrum([]).contains("0 rows") && spectrum([[1, 2]]).contains("square"))
    #expect(spectrum([[1, 2], [3, 4]]).contains("(1, 2) is 2, element (2, 1) is 3"))
    #expect(spectrum([[.nan]]).contains("finite"))
    let flat = sentence { () throws(DescentError) in _ = try Quadratic(eigenvalues: [0, 1]).minimizer() }
    #expect(flat.contains("least eigenvalue is 0"), "\(flat)")
    let saddle = sentence { () throws(DescentError) in
      _ = try Quadratic(eigenvalues: [2, -1]).diagonallyPreconditioned()
    }
    #expect(saddle.contains("diagonal element 2 is -1"), "\(saddle)")
    #expect(try! Quadratic(eigenvalues: [2, -1]).spectrum.condition == .infinity)
  }
}
