import Descent
import Foundation
import Testing

/// Newton's method: the standard problems, quadratics, saddles, what is reported, what is refused.
@Suite struct NewtonTests {
  static let methods = NewtonOptions.Method.allCases

  private func largest(_ values: [Double]) -> Double { values.map(abs).max() ?? 0 }

  /// Reaches one of the known minima from the standard start.
  @Test(arguments: TestFunction.all) func standardProblems(_ problem: TestFunction) throws {
    let result = try Newton.minimize(
      startingAt: problem.start, options: NewtonOptions(maxIterations: 2000)
    ) { problem($0) }
    let nearest = problem.minima.map { abs(result.value - $0) / max(1e-6, abs($0)) }.min() ?? .infinity
    #expect(result.reason.isGood, "\(problem.name): \(result)")
    #expect(nearest < 1e-4, "\(problem.name): \(result)")
    #expect(result.inertia.negative == 0)
  }

  /// One step, to LAPACK's own criterion: |b - A x| / (|A| |x| eps) < 30.
  @Test(arguments: [1, 2, 10, 100, 500]) func quadraticsTakeOneStep(_ n: Int) throws {
    let b = Tensor.randn([n, n], dtype: .float64, generator: Generator(seed: 3))
    let a =
      b.matmul(b.transposed()) / Double(n)
      + Tensor((0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 }, shape: [n, n], dtype: .float64)
    let c = Tensor(exactNumbers(n), dtype: .float64)
    // The Hessian of n columns takes n backward passes: the C interface takes the matrix as it is.
    let result = try Newton.minimize(
      startingAt: Array(repeating: 0, count: n), options: NewtonOptions(radius: 1e6)
    ) {
      x in (x.reshaped([1, n]).matmul(a) * x.reshaped([1, n])).sum() / 2 - (c * x).sum()
    }
    #expect(result.iterations == 1 && result.reason.isGood, "\(result)")
    let residual = (Tensor(result.x, shape: [1, n], dtype: .float64).matmul(a) - c.reshaped([1, n])).doubles
    let size = a.doubles.map { $0 * $0 }.reduce(0, +).squareRoot()
    let length = result.x.map { $0 * $0 }.reduce(0, +).squareRoot()
    #expect(residual.map { $0 * $0 }.reduce(0, +).squareRoot() / (size * length * 2.2e-16) < 30)
  }

  /// Each iteration about doubles the digits that are right.
  @Test(arguments: methods.indices) func convergenceIsQuadratic(_ index: Int) throws {
    let result = try Newton.minimize(
      startingAt: [0.5, -0.4], options: NewtonOptions(method: Self.methods[index], gradientTolerance: 1e-12)
    ) { x in (x.exp() - x).sum() + (x * x).sum() * (x * x).sum() }
    let norms = result.trace.map(\.gradientNorm)
    let late = zip(norms, norms.dropFirst()).filter { $0.0 < 1e-2 && $0.1 > 1e-15 }
    #expect(!late.isEmpty && late.allSatisfy { $0.1 < 10 * $0.0 * $0.0 }, "\(norms)")
    #expect(result.reason.isGood)
  }

  @Test func saddlesAreNotMinima() throws {
    func saddle(_ x: Tensor) -> Tensor {
      let (a, b) = (x[rows: 0..<1], x[rows: 1..<2])
      return (a * a - b * b + b.pow(4)).sum()
    }
    let pure = try Newton.minimize(startingAt: [1, 0.1], options: NewtonOptions(method: .pure), saddle)
    #expect(pure.reason == .saddle && !pure.reason.isGood && pure.inertia.negative == 1, "\(pure)")
    // Right on the saddle, where the gradient shows no way: the hard case.
    let region = try Newton.minimize(startingAt: [0, 0], saddle)
    #expect(region.reason.isGood && abs(region.value + 0.25) < 1e-10, "\(region)")
    for method in [NewtonOptions.Method.dogleg, .conjugateGradients] {
      let escaped = try Newton.minimize(startingAt: [0, 0], options: NewtonOptions(method: method), saddle)
      #expect(escaped.reason.isGood && abs(escaped.value + 0.25) < 1e-10, "\(escaped)")
    }
    let search = try Newton.minimize(startingAt: [1, 0], options: NewtonOptions(method: .lineSearch), saddle)
    #expect(search.reason == .saddle)
  }

  @Test func conditionNumbersAreHonest() throws {
    for exponent in [0.0, 4, 8, 12] {
      let scales = Tensor(
        [1, Tensor([exponent * 2.302585092994046], dtype: .float64).exp().item()], dtype: .float64)
      let result = try Newton.minimize(startingAt: [1, 1], options: NewtonOptions(radius: 10)) {
        ($0 * $0 * scales).sum() / 2
      }
      #expect(abs(result.condition / scales.doubles[1] - 1) < 1e-9 && result.reason.isGood)
      #expect(result.inertia == (2, 0, 0))
    }
  }

  // MARK: Ends

  @Test func everyReasonHasAText() {
    let texts = NewtonResult.Reason.allCases.map(\.text)
    #expect(Set(texts).count == texts.count && !texts.contains("unknown"))
  }

  @Test func limitsAndStops() throws {
    let problem = try TestFunction.named("rosenbrock")
    func run(_ options: NewtonOptions, _ progress: ((NewtonResult.Iterate) -> Bool)? = nil) throws
      -> NewtonResult
    {
      try Newton.minimize(startingAt: problem.start, options: options, progress: progress) {
        problem($0)
      }
    }
    let limited = try run(NewtonOptions(maxIterations: 3))
    #expect(limited.reason == .maxIterations && limited.iterations == 3 && limited.trace.count == 4)
    #expect(try run(NewtonOptions(maxEvaluations: 5)).reason == .maxEvaluations)
    #expect(try run(NewtonOptions(maxSeconds: 1e-9)).reason == .maxSeconds)
    #expect(try run(NewtonOptions(stepTolerance: 0.5)).reason == .step)
    #expect(try run(NewtonOptions(valueTolerance: 0.5)).reason == .value)
    let stopped = try run(NewtonOptions()) { $0.iteration == 2 }
    #expect(stopped.reason == .stopped && stopped.iterations == 2)
    // Going on from where a run stood, here or in another process.
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafeTensors.write(limited.stateDict, to: path)
    let saved = try Newton.minimize(continuing: SafeTensors.read(path).tensors) { problem($0) }
    let rest = try Newton.minimize(continuing: limited) { problem($0) }
    #expect(saved.x == rest.x)
    #expect(rest.x == (try run(NewtonOptions())).x)
    #expect(throws: DescentError.self) { try Newton.minimize(continuing: [:]) { problem($0) } }
    #expect(rest.description.contains("largest slope") && rest.description.contains("tolerance 1e-08"))
  }

  @Test func unboundedAndNotFinite() throws {
    #expect(
      try Newton.minimize(startingAt: [1]) { ($0 * -1).sum() - ($0 * $0 * $0).sum() }.reason == .unbounded)
    #expect(try Newton.minimize(startingAt: [-1]) { $0.log().sum() }.reason == .nonFiniteValue)
    for method in NewtonOptions.Method.allCases where method != .pure {
      // Infinitely low at 0; linear.
      let pole = try Newton.minimize(
        startingAt: [1], bounds: method == .projected ? NewtonBounds([0...10]) : nil,
        options: NewtonOptions(method: method)
      ) { ($0 * $0).log().sum() }
      #expect(!pole.reason.isGood, "\(method) \(pole)")
      let line = try Newton.minimize(
        startingAt: [1, 1], options: NewtonOptions(method: method, maxIterations: 2000)
      ) { ($0 * -1).sum() }
      // Searched steps know no length.
      let isSearched = method == .projected || method == .lineSearch
      #expect(isSearched ? !line.reason.isGood : line.reason == .unbounded, "\(method) \(line)")
    }
    let slope = try Newton.minimize(startingAt: [1, 0]) { $0.sqrt().sum() }
    #expect(slope.reason == .nonFiniteGradient && slope.badIndex == 1)
    let singular = try Newton.minimize(startingAt: [1, 2], options: NewtonOptions(method: .pure)) { x in
      (x.sum() * x.sum() + x.sum()).reshaped([])
    }
    #expect(singular.reason == .singular || singular.reason.isGood)
  }

  @Test func badInput() throws {
    func square(_ x: Tensor) -> Tensor { (x * x).sum() }
    for (start, mention) in [([], "n is 0"), ([1, .nan], "element 1"), ([.infinity], "element 0")] {
      let error = try #require(throws: DescentError.self) { try Newton.minimize(startingAt: start, square) }
      #expect(error.message.contains(mention))
    }
    #expect(throws: DescentError.self) {
      try Newton.minimize(startingAt: [1], options: NewtonOptions(gradientTolerance: -1), square)
    }
    #expect(throws: DescentError.self) { try Newton.minimize(startingAt: [1, 2]) { $0 * $0 } }
    let error = try #require(throws: DescentError.self) {
      try Newton.minimize(startingAt: [1]) { (_) throws(DescentError) in throw DescentError(.file, "gone") }
    }
    #expect(error.message == "gone")
  }
}
