import CDescent

/// What Newton's method minimizes: a sum of terms, each a scalar that the tape can differentiate.
struct NewtonObjective {
  /// How many numbers it is a function of.
  let count: Int
  /// Leaves that hold these numbers, one after another.
  let place: (UnsafeBufferPointer<Double>) -> [Tensor]
  /// Gives every term to a visitor.
  let visit: ([Tensor], (Tensor) throws(DescentError) -> Void) throws(DescentError) -> Void
}

/// A minimization on its way through C.
final class NewtonRun {
  private let objective: NewtonObjective
  private let bounds: NewtonBounds?
  private let progress: (NewtonResult.Iterate) -> Bool
  private var error: DescentError?
  private var trace: [NewtonResult.Iterate] = []
  /// Every term's gradient where products were last asked for.
  private var slopes: (x: [Double], leaves: [Tensor], terms: [[Tensor]])?

  init(
    _ objective: NewtonObjective, _ bounds: NewtonBounds?,
    _ progress: @escaping (NewtonResult.Iterate) -> Bool
  ) {
    (self.objective, self.bounds, self.progress) = (objective, bounds, progress)
  }

  private var count: Int { objective.count }

  func minimize(
    from start: [Double], _ options: NewtonOptions
  ) throws(DescentError) -> NewtonResult {
    var problem = dsc_newton_problem()
    problem.n = count
    problem.user = Unmanaged.passUnretained(self).toOpaque()
    problem.value = { user, x, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        out!.pointee = try run.value(x!)
      }
    }
    problem.gradient = { user, x, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        try run.addGradient(x!, to: out!)
      }
    }
    problem.hessian = { user, x, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        try run.addHessian(x!, to: out!)
      }
    }
    problem.product = { user, x, v, out in
      NewtonRun.at(user).evaluate { run throws(DescentError) in
        try run.addProduct(x!, v!, to: out!)
      }
    }
    var (x, settings, found) = (start, options.c, dsc_newton_result())
    let status = (bounds?.lower ?? []).withUnsafeBufferPointer { lower in
      (bounds?.upper ?? []).withUnsafeBufferPointer { upper in
        if bounds != nil { (problem.lower, problem.upper) = (lower.baseAddress, upper.baseAddress) }
        return dsc_newton_minimize(Context.currentHandle, &problem, &settings, NewtonRun.report, &x, &found)
      }
    }
    if let error { throw error }
    try check(status)
    return NewtonResult(status, x, found, trace: trace, options: options)
  }

  private static func at(_ user: UnsafeMutableRawPointer?) -> NewtonRun {
    Unmanaged<NewtonRun>.fromOpaque(user!).takeUnretainedValue()
  }

  private static let report:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dsc_newton_iterate>?) -> Bool = { user, iterate in
      let (run, seen) = (at(user), iterate!.pointee)
      let entry = NewtonResult.Iterate(
        iteration: Int(seen.iteration), x: Array(UnsafeBufferPointer(start: seen.x, count: run.count)),
        value: seen.value, gradientNorm: seen.gradient_norm, stepNorm: seen.step_norm, radius: seen.radius)
      run.trace.append(entry)
      return run.progress(entry)
    }

  private func evaluate(_ body: (NewtonRun) throws(DescentError) -> Void) -> dsc_status {
    do throws(DescentError) {
      try body(self)
      return dsc_status(DSC_OK)
    } catch {
      self.error = error
      return dsc_status(DSC_ERROR_ARGUMENT)
    }
  }

  // MARK: Derivatives

  private typealias Numbers = UnsafePointer<Double>
  private typealias Sum = UnsafeMutablePointer<Double>

  private func leaves(_ x: Numbers) -> [Tensor] {
    slopes = nil  // the leaves may be the same ones, with other numbers
    return objective.place(UnsafeBufferPointer(start: x, count: count))
  }

  private func visit(
    _ leaves: [Tensor], _ body: (Tensor) throws(DescentError) -> Void
  ) throws(DescentError) {
    try objective.visit(leaves) { term throws(DescentError) in
      guard term.count == 1 else {
        throw DescentError(.invalidArgument, "the function gives shape \(term.shape), not a scalar")
      }
      try body(term)
    }
  }

  private func value(_ x: Numbers) throws(DescentError) -> Double {
    var sum = 0.0
    try noGrad { () throws(DescentError) in
      try visit(leaves(x)) { term throws(DescentError) in sum += term.item() }
    }
    return sum
  }

  /// Adds tensors' elements, one tensor after another.
  private func add(_ tensors: [Tensor], to out: Sum) {
    var at = 0
    for tensor in tensors {
      for (index, element) in tensor.doubles.enumerated() { out[at + index] += element }
      at += tensor.count
    }
  }

  private func addGradient(_ x: Numbers, to out: Sum) throws(DescentError) {
    out.update(repeating: 0, count: count)
    let leaves = leaves(x)
    try enableGrad { () throws(DescentError) in
      try visit(leaves) { term throws(DescentError) in add(gradients(of: term, at: leaves), to: out) }
    }
  }

  private func addHessian(_ x: Numbers, to out: Sum) throws(DescentError) {
    out.update(repeating: 0, count: count * count)
    let leaves = leaves(x)
    try enableGrad { () throws(DescentError) in
      try visit(leaves) { term throws(DescentError) in
        var row = 0
        for slope in gradients(of: term, at: leaves, createGraph: true) {
          let flat = slope.reshaped([slope.count])
          for i in 0..<flat.count {
            let element = flat[rows: i..<i + 1].reshaped([])
            add(gradients(of: element, at: leaves), to: out + row * count)
            row += 1
          }
        }
      }
    }
  }

  private func addProduct(_ x: Numbers, _ v: Numbers, to out: Sum) throws(DescentError) {
    out.update(repeating: 0, count: count)
    let here = Array(UnsafeBufferPointer(start: x, count: count))
    if slopes?.x != here {
      let leaves = leaves(x)
      var terms: [[Tensor]] = []
      try enableGrad { () throws(DescentError) in
        try visit(leaves) { term throws(DescentError) in
          terms.append(gradients(of: term, at: leaves, createGraph: true))
        }
      }
      slopes = (here, leaves, terms)
    }
    guard let (_, leaves, terms) = slopes else { return }
    var at = 0
    let directions = leaves.map { leaf in
      defer { at += leaf.count }
      return Tensor(Array(UnsafeBufferPointer(start: v + at, count: leaf.count)), shape: leaf.shape)
    }
    enableGrad {
      for slopes in terms {
        let parts = zip(slopes, directions).map { ($0 * $1).sum() }
        let along = parts.dropFirst().reduce(parts[0], +)
        add(gradients(of: along, at: leaves), to: out)
      }
    }
  }
}
