import Descent
import Testing

/// Every method and line search on the standard problems; bounds; many elements.
@Suite struct NewtonMethodTests {
  struct Way: Sendable, CustomStringConvertible {
    var method: NewtonOptions.Method
    var search = NewtonOptions.LineSearch.strongWolfe
    var description: String { "\(method.rawValue) \(search.rawValue)" }
  }

  static let ways =
    [NewtonOptions.Method.dogleg, .conjugateGradients, .projected].map { Way(method: $0) }
    + NewtonOptions.LineSearch.allCases.map { Way(method: .lineSearch, search: $0) }

  private func nearest(_ problem: TestFunction, _ value: Double) -> Double {
    problem.minima.map { abs(value - $0) / max(1e-6, abs($0)) }.min() ?? .infinity
  }

  /// A known minimum, a flat place that is called one, or an end that says it is none; and never a step up.
  @Test(arguments: ways) func endsAreHonest(_ way: Way) throws {
    var reached = 0
    for problem in TestFunction.all {
      let result = try Newton.minimize(
        startingAt: problem.start,
        options: NewtonOptions(method: way.method, lineSearch: way.search, maxIterations: 2000)
      ) { problem($0) }
      let isFlat = result.reason == .gradient && result.gradientNorm <= 1e-8
      let isMinimum = nearest(problem, result.value) < 1e-4
      #expect(isMinimum || isFlat || !result.reason.isGood, "\(problem): \(result)")
      for (before, after) in zip(result.trace, result.trace.dropFirst()) {
        #expect(after.value <= before.value, "\(problem)")
      }
      reached += isMinimum ? 1 : 0
    }
    #expect(reached >= TestFunction.all.count - 2)
  }

  @Test(arguments: [NewtonOptions.Method.trustRegion, .dogleg, .conjugateGradients, .lineSearch])
  func firstStepsDescend(_ method: NewtonOptions.Method) throws {
    // Where the Hessian is indefinite: x^4 - x^2 sums, near the top.
    let result = try Newton.minimize(
      startingAt: [0.1, -0.2, 0.05], options: NewtonOptions(method: method)
    ) { x in (x.pow(4) - x * x).sum() }
    #expect(result.reason.isGood && abs(result.value + 0.75) < 1e-12, "\(result)")
    #expect(result.inertia == (3, 0, 0))
  }

  /// The first step on a quadratic is the ball's minimum: (H + mu) s = -g, nothing negative in H + mu, and either mu = 0
  /// or |s| = radius. Spectra that are positive, indefinite and singular; g general, and without a part along the lowest
  /// curvature, the hard case.
  @Test(
    arguments: [[1, 2, 3, 50], [-3, -1, 0, 2], [-2, -2, 1, 5], [0, 0, 1, 3], [-1, 4, 4, 1e6]], [false, true])
  func trustRegionStepsAreExact(_ spectrum: [Double], _ isHard: Bool) throws {
    // Eigenvectors: the columns of a Householder reflection.
    let v = Tensor([0.5, -0.5, 0.1, 0.7], shape: [4, 1], dtype: .float64)
    let identity = Tensor((0..<16).map { $0 % 5 == 0 ? 1 : 0 }, shape: [4, 4], dtype: .float64)
    let q = identity - v.matmul(v.transposed()) * (2 / (v * v).sum().item())
    let h = (q * Tensor(spectrum)).matmul(q.transposed())
    let parts = isHard ? [0, 0, 0.3, -0.2] : [0.4, -0.3, 0.2, 0.1]
    let g = q.matmul(Tensor(parts, shape: [4, 1], dtype: .float64)).reshaped([4])
    for radius in [0.01, 0.5, 20.0] {
      let result = try Newton.minimize(
        startingAt: [0, 0, 0, 0],
        options: NewtonOptions(
          method: .trustRegion, gradientTolerance: 1e-300, radius: radius, maxIterations: 1)
      ) { x in
        let row = x.reshaped([1, 4])
        return (row.matmul(h) * row).sum() / 2 + (g * x).sum()
      }
      let s = Tensor(result.x)
      let slope = h.matmul(s.reshaped([4, 1])).reshaped([4]) + g
      let length = (s * s).sum().item().squareRoot()
      let mu = -(slope * s).sum().item() / (length * length)
      let size = spectrum.map(abs).max()!
      #expect(mu >= -1e-9 * size && mu + spectrum.min()! >= -1e-8 * size, "\(radius) \(mu)")
      #expect(length <= radius * (1 + 1e-9) && (abs(mu) < 1e-9 * size || length > radius * (1 - 1e-9)))
      #expect((slope + s * mu).doubles.allSatisfy { abs($0) < 1e-8 * (1 + size * length) }, "\(slope) \(mu)")
    }
  }

  // MARK: Bounds

  @Test func boundsHold() throws {
    let rosenbrock = try TestFunction.named("rosenbrock")
    var seen: [[Double]] = []
    let result = try Newton.minimize(
      startingAt: [-1.2, 1], bounds: NewtonBounds([-2...0.5, -2...2]),
      progress: {
        seen.append($0.x)
        return false
      }
    ) { rosenbrock($0) }
    #expect(result.method == .projected && result.reason == .gradient, "\(result)")
    #expect(result.x[0] == 0.5 && abs(result.x[1] - 0.25) < 1e-12)
    // The Hessian of the free element alone: 200.
    #expect(result.inertia == (1, 0, 0) && result.condition == 1)
    #expect(seen.allSatisfy { $0[0] <= 0.5 && $0[0] >= -2 })
  }

  /// A box around a convex quadratic: the conditions of Karush, Kuhn and Tucker, from many starts.
  @Test(arguments: 0..<10) func boxedQuadratics(_ seed: Int) throws {
    let n = 12
    let generator = Generator(seed: UInt64(seed))
    let b = Tensor.randn([n, n], dtype: .float64, generator: generator)
    let c = Tensor.randn([n], dtype: .float64, generator: generator) * 5
    let a = b.matmul(b.transposed())
    func value(_ x: Tensor) -> Tensor {
      let row = x.reshaped([1, n])
      return (row.matmul(a) * row).sum() / 2 - (c * x).sum()
    }
    let result = try Newton.minimize(
      startingAt: Array(repeating: Double(seed) / 5 - 1, count: n),
      bounds: NewtonBounds(
        lower: Array(repeating: -1, count: n), upper: Array(repeating: .infinity, count: n)), value)
    #expect(result.reason.isGood, "\(result)")
    let slope = gradient(of: value, at: Tensor(result.x)).doubles
    for (x, g) in zip(result.x, slope) {
      #expect(x >= -1 && (x == -1 ? g >= -1e-7 : abs(g) < 1e-7))
    }
    #expect(result.x.contains(-1) && result.iterations < 40)
  }

  @Test func badBounds() throws {
    func square(_ x: Tensor) -> Tensor { (x * x).sum() }
    let start = try Newton.minimize(startingAt: [5], bounds: NewtonBounds([1...2]), square)
    #expect(start.x == [1] && start.trace[0].x == [2] && start.reason == .gradient)
    let wrong: [(NewtonBounds, NewtonOptions, String)] = [
      (NewtonBounds(lower: [2], upper: [1]), NewtonOptions(), "bounds 2 and 1"),
      (NewtonBounds(lower: [.nan], upper: [1]), NewtonOptions(), "bounds"),
      (NewtonBounds(lower: [], upper: []), NewtonOptions(), "for 1 elements"),
      (NewtonBounds([0...1]), NewtonOptions(method: .trustRegion), "PROJECTED"),
    ]
    for (bounds, options, mention) in wrong {
      let error = try #require(throws: DescentError.self) {
        try Newton.minimize(startingAt: [0], bounds: bounds, options: options, square)
      }
      #expect(error.message.contains(mention), "\(error)")
    }
  }

  // MARK: Many elements

  /// A chain of 3000 springs: products alone, no matrix.
  @Test func manyElementsTakeProducts() throws {
    let n = 3000
    let result = try Newton.minimize(startingAt: Array(repeating: 2, count: n)) { x in
      let (left, right) = (x[rows: 0..<n - 1], x[rows: 1..<n])
      return (right - left - 0.1).pow(2).sum() + (x.pow(4).sum() / 4) + x.pow(2).sum()
    }
    #expect(result.method == .conjugateGradients && result.reason == .gradient, "\(result)")
    #expect(result.evaluations.hessian == 0 && result.evaluations.product > 0)
    #expect(result.inertia.negative == 0 && result.condition >= 1)
  }
}
