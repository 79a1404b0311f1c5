import ArgumentParser
import Descent

/// What `descent trace` goes over: a test function, a formula or a quadratic, of two variables.
struct TraceObjective: ParsableArguments {
  @Option(
    help:
      "A test function: \(TestFunction.all.filter { $0.start.count == 2 }.map(\.name).joined(separator: ", "))."
  )
  var function: String?
  @Option(
    parsing: .unconditional,
    help: "A formula in x1 and x2 (or x and y): \"0.1 x1^2 + 2 x2^2\", \"x^2 (1 + sin(x)) + y^2\".")
  var formula: String?
  @Option(
    parsing: .unconditional,
    help:
      "x^T Q x / 2, by Q's two eigenvalues, or by its elements (1, 1), (1, 2) and (2, 2): \"0.2,4\" is 0.1 x1^2 + 2 x2^2."
  )
  var quadratic: String?
  @Option(
    parsing: .unconditional, help: "By how many degrees the axes of --quadratic's eigenvalues are turned.")
  var rotate: Double?
  @Option(
    parsing: .unconditional,
    help: "Where to begin, as x1,x2. (default: -5,-2; a test function's usual start)")
  var start: String?

  /// Those of which one must be given.
  var given: [String] { [function, formula, quadratic].compactMap(\.self) }

  /// The function, and where the trace begins.
  func resolve() throws(DescentError) -> (objective: any Objective, start: [Double]) {
    guard rotate == nil || quadratic != nil else {
      throw DescentError(.invalidArgument, "--rotate goes with --quadratic, which is not given")
    }
    let (objective, usual) = try resolveObjective()
    guard let start else { return (objective, usual) }
    return (objective, try NumberList.parse(start, counts: [2], option: "--start"))
  }

  private func resolveObjective() throws(DescentError) -> (any Objective, [Double]) {
    if let function {
      let found = try TestFunction.named(function)
      guard found.start.count == 2 else {
        throw DescentError(
          .invalidArgument,
          "\(function) has \(found.start.count) variables, and a picture only two; descent newton --function \(function) minimizes it"
        )
      }
      return (found, found.start)
    }
    if let formula {
      let read = try Formula(formula)
      guard 1...2 ~= read.variableCount else {
        let count = read.variableCount
        throw DescentError(
          .invalidArgument,
          count == 0
            ? "the formula \"\(formula)\" has no variable; they are x1 and x2, or x and y"
            : "the formula \"\(formula)\" has x\(count), and a picture only x1 and x2")
      }
      return (read, [-5, -2])
    }
    return (try resolveQuadratic(), [-5, -2])
  }

  private func resolveQuadratic() throws(DescentError) -> Quadratic {
    let numbers = try NumberList.parse(quadratic ?? "", counts: [2, 3], option: "--quadratic")
    guard numbers.count == 3 else { return try Quadratic(eigenvalues: numbers, rotation: rotate ?? 0) }
    guard rotate == nil else {
      throw DescentError(.invalidArgument, "--rotate is for eigenvalues; --quadratic is a matrix here")
    }
    return try Quadratic(matrix: [[numbers[0], numbers[1]], [numbers[1], numbers[2]]])
  }
}
