import Descent
import Foundation
import Testing

/// Least squares against certified values, and where columns nearly depend on each other.
@Suite struct LeastSquaresTests {
  /// One of NIST's, with its certified values.
  struct Problem: Decodable, Sendable {
    let rows: [[Double]]
    let degree: Int
    let intercept: Bool
    let beta: [Double]
    let sd: [Double]
    let residualDeviation: Double

    enum CodingKeys: String, CodingKey {
      case rows, degree, intercept, beta, sd
      case residualDeviation = "residual_sd"
    }

    var targets: Tensor { Tensor(rows.map { $0[0] }) }

    /// The columns, or the powers of the one that there is.
    var inputs: Tensor {
      let numbers = rows.map { row in
        degree > 1 ? LeastSquaresTests.powers(row[1], degree) : Array(row.dropFirst())
      }
      return Tensor(numbers.flatMap { $0 }, shape: [rows.count, numbers[0].count], dtype: .float64)
    }

    func fit(_ x: Tensor, _ y: Tensor) throws -> RegressionResult {
      try LinearRegression(hasIntercept: intercept).fit(x, y)
    }
  }

  static let problems = Fixtures.load("nist_linear.json", as: [String: Problem].self)

  /// x, x², ..., correctly rounded or nearly so.
  static func powers(_ x: Double, _ degree: Int) -> [Double] { (1...degree).map { pow(x, Double($0)) } }

  /// How many digits the worst of some numbers has right; of those that must be 0, after the point.
  private func digits(_ found: [Double], _ right: [Double]) -> Double {
    zip(found, right).map { -log10(max(abs($0 - $1) / ($1 == 0 ? 1 : abs($1)), 1e-17)) }.min()!
  }

  private func coefficients(_ fit: RegressionResult, _ hasIntercept: Bool) -> [Double] {
    (hasIntercept ? fit.intercepts.doubles : []) + fit.coefficients.doubles
  }

  private func errors(_ fit: RegressionResult, _ hasIntercept: Bool) -> [Double] {
    (hasIntercept ? fit.interceptErrors.doubles : []) + fit.standardErrors.doubles
  }

  /// What is missing at 15 digits is the rounding of the data: powers of Filip's x are no float64 numbers.
  @Test(arguments: [
    ("Norris", 13.0, 13.0), ("Pontius", 13, 13), ("NoInt1", 14, 14), ("NoInt2", 14, 14), ("Filip", 7.5, 7.4),
    ("Longley", 14, 12), ("Wampler1", 14, 16), ("Wampler2", 12.5, 16), ("Wampler3", 14, 10),
    ("Wampler4", 14, 10), ("Wampler5", 14, 10),
  ])
  func certifiedValues(_ name: String, _ ofCoefficients: Double, _ ofErrors: Double) throws {
    let problem = try #require(Self.problems[name])
    let fit = try problem.fit(problem.inputs, problem.targets)
    #expect(fit.reason == .gradient && fit.iterations <= 5, "\(fit.reason) \(fit.iterations)")
    let found = digits(coefficients(fit, problem.intercept), problem.beta)
    #expect(found >= ofCoefficients, "coefficients: \(found) digits")
    let errorDigits = digits(errors(fit, problem.intercept), problem.sd)
    #expect(errorDigits >= ofErrors, "standard errors: \(errorDigits) digits")
    let deviation = digits([fit.dispersion.squareRoot()], [problem.residualDeviation])
    #expect(deviation >= (name == "Filip" ? 9 : 13), "residual deviation: \(deviation) digits")
    #expect(fit.isExact == (problem.residualDeviation == 0))
  }

  @Test func allElevenAreThere() { #expect(Self.problems.count == 11) }

  /// Of float32 numbers the answer is as good if they are whole; where their rounding hides it, it is refused.
  @Test func float32Inputs() throws {
    let whole = try #require(Self.problems["Wampler3"])
    let fit = try whole.fit(whole.inputs.to(.float32), whole.targets.to(.float32))
    #expect(digits(coefficients(fit, true), whole.beta) >= 14)
    let rounded = try #require(Self.problems["Filip"])
    let error = try #require(throws: DescentError.self) {
      try rounded.fit(rounded.inputs.to(.float32), rounded.targets)
    }
    #expect(error.code == .unsolvable && error.message.contains("combination"), "\(error)")
    // A sum of two columns, rounded to float32.
    let x = Tensor.randn([200, 3], generator: Generator(seed: 3))
    let sum = x.doubles.enumerated().map {
      $0 % 3 == 2 ? Double(Float(x.doubles[$0 - 1]) + Float(x.doubles[$0 - 2])) : $1
    }
    #expect(throws: DescentError.self) {
      try LinearRegression().fit(Tensor(sum, shape: [200, 3], dtype: .float32), x.sum(dim: 1))
    }
  }

  /// A polynomial of degree 11 on [0, 1], of which the normal equations found nothing. Its true coefficients are
  /// whole and its values rounded: as many digits as the data have.
  @Test(arguments: [false, true]) func polynomials(_ isWeighted: Bool) throws {
    let points = (0..<200).map { Double($0) / 199 }
    let right = (0..<12).map { (k: Int) -> Double in k % 2 == 0 ? Double(k + 1) : -Double(k + 1) }
    let x = Tensor(points.flatMap { Self.powers($0, 11) }, shape: [200, 11], dtype: .float64)
    let y = Tensor(points.map { (t: Double) -> Double in right.reversed().reduce(0) { $0 * t + $1 } })
    let weights = Tensor((0..<200).map { Double(1 + $0 % 3) })
    let fit = try LinearRegression().fit(x, y, weights: isWeighted ? weights : nil)
    let found = digits(coefficients(fit, true), right)
    #expect(fit.reason == .gradient && found >= 8, "\(found)")
  }

  /// A column that differs from another by 2^-24 of a third, exactly: its coefficient is that of the third.
  @Test(arguments: ["linear", "logistic", "poisson", "softmax"])
  func nearlyDependentColumns(_ family: String) throws {
    let (x, y, _) = RegressionTests.data(family, 120, 2)
    let near = Tensor(
      x.doubles.enumerated().map { $0 % 2 == 1 ? x.doubles[$0 - 1] + $1 * 0x1p-24 : $1 }, shape: [120, 2])
    let (plain, hidden) = (
      try RegressionTests.model(family).fit(x, y), try RegressionTests.model(family).fit(near, y)
    )
    #expect(hidden.reason.isGood && hidden.condition > 1e14, "\(hidden.reason)")
    let (a, b) = (plain.table(), hidden.table())
    for (k, row) in b.enumerated() where row.name == "x1" {
      #expect(abs(row.estimate * 0x1p-24 / a[k].estimate - 1) < (family == "linear" ? 1e-14 : 1e-6))
      #expect(abs(row.standardError * 0x1p-24 / a[k].standardError - 1) < 1e-6)
    }
    #expect(abs(hidden.logLikelihood / plain.logLikelihood - 1) < 1e-10)
  }

  /// Columns far from 0 and of all sizes: nothing but the answer of the columns by hand.
  @Test func offsetsAndSizes() throws {
    let (x, y, w) = RegressionTests.data("linear", 120, 4)
    let scales = Tensor([0x1p-400, 0x1p-30, 0x1p20, 0x1p400], dtype: .float64)
    let offsets = Tensor([0x1p-400 * 1024, 0x1p10, 0, 0], dtype: .float64)
    for weights in [nil, w] {
      for l2 in [0.0, 1] where l2 == 0 || weights == nil {
        let plain = try LinearRegression(l2: l2).fit(x, y, weights: weights)
        let moved = try LinearRegression(l2: l2).fit(
          l2 == 0 ? x * scales + offsets : x + 1048576, y, weights: weights)
        let back = l2 == 0 ? moved.coefficients * scales : moved.coefficients
        #expect(digits(back.doubles, plain.coefficients.doubles) > 13)
        let errors = l2 == 0 ? moved.standardErrors * scales : moved.standardErrors
        #expect(digits(errors.doubles, plain.standardErrors.doubles) > 12)
      }
    }
  }

  @Test func exactFits() throws {
    let (x, _, _) = RegressionTests.data("linear", 20, 2)
    // Targets that are all the same: slopes are 0, not nearly.
    for value in [0.1, 0, -7e20] {
      let model = LinearRegression()
      let fit = try model.fit(x, Tensor([Double](repeating: value, count: 20)))
      #expect(fit.isExact && model.coefficients.doubles == [0, 0] && model.intercepts.doubles == [value])
      #expect(fit.standardErrors.doubles == [0, 0] && fit.logLikelihood == .infinity)
      #expect(fit.table().allSatisfy { $0.statistic.isNaN && $0.pValue.isNaN })
    }
    let line = try LinearRegression().fit(x, Tensor((0..<20).map { 3 * x[$0, 1].item() + 0.1 }))
    #expect(line.isExact && abs(line.coefficients.doubles[0]) < 1e-15 && line.table()[1].pValue.isNaN)
    // As many samples as coefficients: no degrees of freedom, and no errors.
    let (square, y, _) = RegressionTests.data("linear", 3, 2)
    let saturated = try LinearRegression().fit(square, y)
    #expect(
      saturated.degreesOfFreedom == 0 && saturated.dispersion.isNaN
        && saturated.standardErrors.doubles[0].isNaN)
    let model = saturated.coefficients.doubles
    for i in 0..<3 {
      let prediction: Double = square[i, 0].item() * model[0] + square[i, 1].item() * model[1]
      #expect(abs(prediction + saturated.intercepts.doubles[0] - y[i].item()) < 1e-12)
    }
  }

  @Test func impossibleColumnsAreNamed() throws {
    func refuse(_ x: [Double], _ y: [Double], _ features: Int, _ mention: String) throws {
      let error = try #require(throws: DescentError.self) {
        try LinearRegression().fit(
          Tensor(x, shape: [y.count, features], dtype: .float64), Tensor(y), featureNames: ["a", "b"])
      }
      #expect(error.message.contains(mention), "\(error)")
    }
    try refuse([1, 2, 3, 1], [1, 2], 2, "2 samples cannot tell 2 columns and the intercept apart")
    try refuse([1, 2], [1], 2, "1 sample cannot")
    try refuse([1, 1e200, 2, 2e200, 3, 5e200, 4, 0], [1, 2, 3, 4], 2, "too large to be squared ('b')")
    try refuse([1, 1e-200, 2, 2e-200, 3, 5e-200, 4, 0], [1, 2, 3, 4], 2, "too small to be squared ('b')")
    try refuse([1, 1, 2, 4, 3, 2, 4, 0], [1e200, 2, 3, 4], 2, "targets are too large")
    try refuse([1, 1, 2, 4, 3, 2, 4, 0], [1e-200, 0, 0, 0], 2, "targets are too small")
  }
}
