import Descent

extension BenchRow {
  /// Whole fits: Benchmarks/newton_logreg.py has their peers.
  static var newton: [BenchRow] {
    let (samples, features) = (10_000, 100)
    func prepared() -> () throws -> RegressionResult {
      let generator = Generator(seed: 0)
      let x = Tensor.randn([samples, features], dtype: .float64, generator: generator)
      let b =
        Tensor.randn([features, 1], dtype: .float64, generator: generator) / Double(features).squareRoot()
      let chances = (x.matmul(b) + 0.5).sigmoid().doubles
      let draws = Tensor.rand([samples], dtype: .float64, generator: generator).doubles
      let y = Tensor(zip(draws, chances).map { $0 < $1 ? 1.0 : 0 })
      let model = LogisticRegression(l2: 1, gradientTolerance: 1e-8)
      return { try model.fit(x, y) }
    }
    /// Seconds of X'WX and its Cholesky factor, for every iteration and the end, at the pace of a matrix product.
    func floor(_ iterations: Int) -> Double {
      let n = Double(features + 1)
      let flops = Double(iterations + 1) * (Double(samples) * n * (n + 1) + n * n * n / 3)
      let (a, b) = (Tensor.ones([128, 512], dtype: .float64), Tensor.ones([512, 512], dtype: .float64))
      let product = bestSeconds(budget: 0.1, rounds: 2) { _ in _ = a.matmul(b) }
      return flops * product / (2 * 128 * 512 * 512)
    }
    return [
      BenchRow(
        name: "newton/logreg-\(samples)x\(features)",
        measure: {
          let fit = prepared()
          return try bestSeconds { _ in _ = try fit() }
        },
        measureWithLimits: {
          let fit = prepared()
          let iterations = try fit().iterations
          return try inTurns({ _ = try fit() }, limits: [("products", { floor(iterations) })])
        })
    ]
  }
}
