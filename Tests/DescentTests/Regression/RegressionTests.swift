import Descent
import Testing

/// Generalised linear models against statsmodels and scikit-learn, and what has no answer.
@Suite struct RegressionTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let family: String
    let samples, features: Int
    let weighted, intercept: Bool
    let l1, l2: Double
    let params: [[Double]]
    let errors: [[Double]]?
    let likelihood: Double?
    let p: [Double]?
    var testDescription: String {
      "\(family) \(samples)x\(features)\(weighted ? " weighted" : "")\(intercept ? "" : " no intercept") l1 \(l1) l2 \(l2)"
    }
  }

  static let cases = Fixtures.load("regression.json", as: [Case].self)

  /// A multiple of 1/512 in [-2, 2) that looks drawn at random: regression.py's `number`.
  static func number(_ i: Int, _ j: Int) -> Double {
    let (square, line, offset): (Int, Int, Int) = (i * i * (j + 1) * 31, i * 7919 * (j + 3), j * 104729)
    return Double((square + line + offset) % 2003 - 1001) / 512
  }

  /// regression.py's `data`.
  static func data(_ family: String, _ samples: Int, _ features: Int) -> (x: Tensor, y: Tensor, w: Tensor) {
    var (x, y): ([Double], [Double]) = ([], [])
    for i in 0..<samples {
      let row = (0..<features).map { number(i, $0) }
      let noise = (0..<3).map { number(i, features + $0) }
      let eta = row.enumerated().map { $1 * Double(($0 * 5) % 7 - 3) / 8 }.reduce(0, +)
      x += row
      switch family {
      case "linear": y.append(eta + noise[0] + 3)
      case "logistic": y.append(eta + 2 * noise[0] + 0.25 > 0 ? 1 : 0)
      case "poisson": y.append(max(0, eta + noise[0] + 1).rounded(.down))
      default:
        let scores = [eta + 2 * noise[0], -eta + 2 * noise[1], 2 * noise[2]]
        y.append(Double(scores.firstIndex(of: scores.max()!)!))
      }
    }
    let w = (0..<samples).map { 1 + Double(($0 * 3) % 4) / 2 }
    return (Tensor(x, shape: [samples, features]), Tensor(y), Tensor(w))
  }

  static func model(_ family: String) -> RegressionModel {
    switch family {
    case "linear": LinearRegression()
    case "logistic": LogisticRegression()
    case "poisson": PoissonRegression()
    default: SoftmaxRegression()
    }
  }

  /// Coefficients with the intercept at the end, by class.
  private func rows(_ values: Tensor, _ intercepts: Tensor, _ hasIntercept: Bool) -> [[Double]] {
    let features = values.count / intercepts.count
    return (0..<intercepts.count).map { k in
      Array(values.doubles[k * features..<(k + 1) * features]) + (hasIntercept ? [intercepts.doubles[k]] : [])
    }
  }

  private func largestDifference(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a.flatMap { $0 }, b.flatMap { $0 }).map { abs($0 - $1) / max(1, abs($1)) }.max()!
  }

  @Test(arguments: cases) func agrees(_ test: Case) throws {
    let (x, y, w) = Self.data(test.family, test.samples, test.features)
    let model = Self.model(test.family)
    (model.l1, model.l2, model.hasIntercept) = (test.l1, test.l2, test.intercept)
    let fit = try model.fit(x, y, weights: test.weighted ? w : nil)
    #expect(fit.reason.isGood && fit.iterations < 30, "\(fit.reason) \(fit.trace)")
    if let errors = test.errors, test.family == "softmax" {
      // As differences from class 0; MNLogit's own accuracy is less.
      let table = fit.table(baseline: 0)
      let columns = test.features + (test.intercept ? 1 : 0)
      for (k, (row, error)) in zip(test.params, errors).enumerated() {
        for j in 0..<columns {
          let entry = table[k * columns + (test.intercept ? (j + 1) % columns : j)]
          #expect(abs(entry.estimate - row[j]) < 1e-8 && abs(entry.standardError - error[j]) < 1e-8)
        }
      }
    } else {
      let found = rows(fit.coefficients, fit.intercepts, test.intercept)
      let off = largestDifference(found, test.params)
      #expect(off < (test.l1 > 0 ? 1e-6 : 1e-8), "\(off)")
    }
    if let errors = test.errors, test.family != "softmax" {
      let found = rows(fit.standardErrors, fit.interceptErrors, test.intercept)
      #expect(largestDifference(found, errors) < 1e-8)
    }
    if let likelihood = test.likelihood {
      #expect(abs(fit.logLikelihood / likelihood - 1) < 1e-10, "\(fit.logLikelihood) \(likelihood)")
    }
    if let p = test.p {
      let table = fit.table()
      let found = table.map(\.pValue)
      let ordered = test.intercept ? Array(found.dropFirst()) + [found[0]] : found
      #expect(zip(ordered, p).allSatisfy { abs($0 - $1) <= 1e-6 * $1 }, "\(ordered) \(p)")
    }
  }

  /// Each iteration about doubles the digits that are right.
  @Test func convergenceIsQuadratic() throws {
    let (x, y, _) = Self.data("logistic", 600, 50)
    let norms = try LogisticRegression(gradientTolerance: 1e-14).fit(x, y).trace.map(\.gradientNorm)
    let late = zip(norms, norms.dropFirst()).filter { $0.0 < 1e-2 && $0.1 > 1e-14 }
    #expect(late.count >= 2 && late.allSatisfy { $0.1 < 100 * $0.0 * $0.0 }, "\(norms)")
  }

  /// A lasso's conditions: the loss's gradient is -l1 sign(b), or no larger than l1 where b is 0.
  @Test(arguments: [0.0, 7]) func lassoHasItsZeros(_ l2: Double) throws {
    let (x, y, _) = Self.data("logistic", 600, 50)
    let model = LogisticRegression(l1: 20, l2: l2)
    try model.fit(x, y)
    let residuals = model.predictProbabilities(x) - y
    let slope = (residuals.reshaped([1, 600]).matmul(x).reshaped([50]) + model.coefficients * l2).doubles
    let b = model.coefficients.doubles
    for (g, b) in zip(slope, b) { #expect(b == 0 ? abs(g) <= 20 : abs(g + (b > 0 ? 20 : -20)) < 1e-5) }
    #expect(b.contains(0) && b.contains { $0 != 0 } && abs(residuals.sum().item()) < 1e-6)
    #expect(model.standardErrors.doubles.allSatisfy { $0.isNaN })
  }

  /// Wide enough that BLAS makes the Hessian: few steps, to where X'(p - y) + l2 b = 0.
  @Test func wideInputs() throws {
    let generator = Generator(seed: 9)
    let x = Tensor.randn([1300, 1100], dtype: .float64, generator: generator)
    let y = Tensor((0..<1300).map { (x[$0, 3] + x[$0, 700] + x[$0, 1099]).item() > 0.4 ? 1.0 : 0 })
    let model = LogisticRegression(l2: 2)
    let fit = try model.fit(x, y)
    #expect(fit.reason == .gradient && fit.iterations <= 10, "\(fit.trace)")
    let slope = (model.predictProbabilities(x) - y).reshaped([1, 1300]).matmul(x).reshaped([1100])
    #expect((slope + model.coefficients * 2).doubles.allSatisfy { abs($0) < 1e-6 })
  }

  @Test func predictions() throws {
    let (x, y, _) = Self.data("softmax", 600, 12)
    let softmax = SoftmaxRegression()
    try softmax.fit(x, y)
    let shares = softmax.predictProbabilities(x)
    #expect(shares.shape == [600, 3] && shares.sum(dim: 1).doubles.allSatisfy { abs($0 - 1) < 1e-12 })
    let right = zip(softmax.predict(x).doubles, y.doubles).filter { $0 == $1 }.count
    #expect(right > 250)
    // With an intercept, the mean prediction is the mean target.
    for family in ["linear", "poisson"] {
      let (x, y, _) = Self.data(family, 120, 4)
      let model = Self.model(family)
      try model.fit(x.to(.float32), y.reshaped([120, 1]))
      let means =
        family == "linear"
        ? (model as! LinearRegression).predict(x) : (model as! PoissonRegression).predict(x)
      #expect(means.shape == [120] && abs(means.mean().item() - y.mean().item()) < 1e-6)
    }
  }

  /// Badly scaled columns, far from 0: the answer of the columns one can compute by hand.
  @Test func scalesDoNotMatter() throws {
    let (x, y, _) = Self.data("logistic", 120, 4)
    let plain = LogisticRegression()
    try plain.fit(x, y)
    let scales = Tensor([1e-6, 1, 1e4, 1e8], dtype: .float64)
    let moved = LogisticRegression()
    try moved.fit(x * scales + scales * 1000, y)
    let back = (moved.coefficients * scales).doubles
    #expect(zip(back, plain.coefficients.doubles).allSatisfy { abs($0 - $1) < 1e-8 })
    #expect(moved.result!.iterations == plain.result!.iterations)
  }

  /// A first row far from all others.
  @Test func outliersDoNotHideColumns() throws {
    let (x, y, _) = Self.data("linear", 120, 4)
    var numbers = x.doubles
    numbers[1] = 1e9
    let far = Tensor(numbers, shape: [120, 4])
    var weights = [Double](repeating: 1, count: 120)
    weights[0] = 0
    let (model, rest) = (LinearRegression(), LinearRegression())
    try model.fit(far, y, weights: Tensor(weights))
    try rest.fit(x[rows: 1..<120], y[rows: 1..<120])
    #expect(zip(model.coefficients.doubles, rest.coefficients.doubles).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(try LinearRegression().fit(far, y).reason.isGood)
  }

  // MARK: No answer

  @Test func separableDataAreDiagnosed() throws {
    let (x, y, _) = Self.data("logistic", 120, 4)
    // Completely: by column 2; quasi-completely: a column that is 0 but where the target is 1.
    let complete = Tensor(
      x.doubles.enumerated().map { $0 % 4 == 2 ? y.doubles[$0 / 4] + $1 / 100 : $1 }, shape: [120, 4])
    let quasi = Tensor(
      x.doubles.enumerated().map { $0 % 4 == 1 ? ($0 / 4 % 10 == 0 ? y.doubles[$0 / 4] : 0) : $1 },
      shape: [120, 4])
    for (data, column) in [(complete, "'c'"), (quasi, "'b'")] {
      let error = try #require(throws: DescentError.self) {
        try LogisticRegression().fit(data, y, featureNames: ["a", "b", "c", "d"])
      }
      #expect(error.code == .unsolvable && error.message.contains("separable"), "\(error)")
      #expect(error.message.contains(column), "\(error)")
      // A penalty gives them an answer.
      #expect(try LogisticRegression(l2: 1).fit(data, y).reason == .gradient)
      #expect(try LogisticRegression(l1: 1).fit(data, y).reason.isGood)
    }
    // Classes, counts, and targets that are all the same.
    let softmax = Tensor(y.doubles.enumerated().map { $1 == 1 ? 2 : Double($0 % 2) })
    #expect(throws: DescentError.self) { try SoftmaxRegression().fit(complete, softmax) }
    let counts = Tensor(quasi.doubles.enumerated().filter { $0.0 % 4 == 1 }.map { $0.1 > 0 ? 0 : 3.0 })
    let poisson = try #require(throws: DescentError.self) { try PoissonRegression().fit(quasi, counts) }
    #expect(poisson.message.contains("'x1'"))
    for model in [LogisticRegression(), PoissonRegression()] as [RegressionModel] {
      let same = try #require(throws: DescentError.self) { try model.fit(x, y * 0) }
      #expect(same.message.contains("the intercept"))
    }
  }

  @Test(arguments: ["linear", "logistic", "poisson", "softmax"])
  func dependentColumnsAreDiagnosed(_ family: String) throws {
    let (x, y, _) = Self.data(family, 120, 4)
    let twice = Tensor(
      x.doubles.enumerated().map { $0 % 4 == 3 ? x.doubles[$0 - 1] * 3 - x.doubles[$0 - 3] + 7 : $1 },
      shape: [120, 4])
    let constant = Tensor(x.doubles.enumerated().map { $0 % 4 == 1 ? 0.1 : $1 }, shape: [120, 4])
    for (data, column) in [(twice, "'x3'"), (constant, "'x1'")] {
      let error = try #require(throws: DescentError.self) { try Self.model(family).fit(data, y) }
      #expect(error.code == .unsolvable && error.message.contains(column), "\(error)")
      let penalized = Self.model(family)
      penalized.l2 = 1
      #expect(try penalized.fit(data, y).reason.isGood)
    }
    // More columns than samples.
    let (wide, few, _) = Self.data(family, 12, 30)
    #expect(throws: DescentError.self) { try Self.model(family).fit(wide, few) }
  }

  @Test func badInput() throws {
    let (x, y, w) = Self.data("logistic", 20, 2)
    func refuse(_ model: RegressionModel, _ x: Tensor, _ y: Tensor, _ w: Tensor? = nil, _ mention: String)
      throws
    {
      let error = try #require(throws: DescentError.self) { try model.fit(x, y, weights: w) }
      #expect(error.message.contains(mention), "\(error)")
      #expect(model.result == nil)
    }
    var numbers = x.doubles
    numbers[7] = .nan
    try refuse(LinearRegression(), Tensor(numbers, shape: [20, 2]), y, nil, "row 3, column 1")
    try refuse(LinearRegression(), x, Tensor([1.0, 2]), nil, "[samples, features]")
    try refuse(LinearRegression(), x.reshaped([40]), y, nil, "[samples, features]")
    try refuse(LinearRegression(), x, y, w[rows: 0..<3], "[samples, features]")
    try refuse(LinearRegression(), x, y * .infinity, nil, "target")
    try refuse(LogisticRegression(), x, y + 1, nil, "must be in [0, 1]")
    try refuse(PoissonRegression(), x, y - 1, nil, "must be in [0, inf)")
    try refuse(SoftmaxRegression(), x, y + 0.5, nil, "must be a class")
    try refuse(SoftmaxRegression(), x, y * 0, nil, "all targets are of class 0")
    try refuse(LinearRegression(), x, y, w * -1, "weight 0")
    try refuse(LinearRegression(), x, y, w * 0, "weights' sum")
    try refuse(LinearRegression(l2: -1), x, y, nil, "l2 is -1, must be in [0, inf)")
    try refuse(
      LinearRegression(), Tensor([], shape: [0, 2], dtype: .float64), Tensor([], dtype: .float64), nil,
      "0 samples")
    let stopped = try LogisticRegression().fit(x, y) { $0.iteration == 1 }
    #expect(stopped.reason == .stopped && stopped.trace.count == 2)
    #expect(try LogisticRegression(maxIterations: 1).fit(x, y).reason == .maxIterations)
  }
}
