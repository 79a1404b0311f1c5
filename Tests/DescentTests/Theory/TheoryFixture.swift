/// `theory.json`: what numpy and exact fractions say.
struct TheoryFixture: Decodable {
  struct Momentum: Decodable {
    let momentum: Double, learningRate: Double, curvature: Double
    let matrix: [[Double]], eigenvalues: [[Double]]
    let radius: Double, position: Double
  }
  struct Sampling: Decodable {
    let samples: Int, draws: Int
    let seen: Double, times: [Double]
  }
  struct Matrix: Decodable {
    let matrix: [[Double]], scaled: [[Double]]
    let eigenvalues: [Double], scaledEigenvalues: [Double], radii: [Double], minimizer: [Double]
  }
  struct Bound: Decodable {
    let steps: Int
    let known: Double, unknown: Double, strong: Double
  }
  struct Limits: Decodable { let seen: Double, once: Double }

  let momentum: [Momentum], sampling: [Sampling], matrices: [Matrix], bounds: [Bound]
  let limits: Limits

  static func load() -> TheoryFixture { Fixtures.load("theory.json") }
}

/// Whether numbers agree, relative to the larger of 1 and what is expected.
func agree(_ actual: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) -> Bool {
  actual.count == expected.count
    && zip(actual, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
