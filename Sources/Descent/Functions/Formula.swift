import CDescent

/// A function given as text: "x1^2 + 2 x2^2".
///
///     let formula = try Formula("0.1 x1^2 + 2 x2^2")
///     formula.value(at: [-5, -2])                                // 10.5
///     gradient(of: { formula($0) }, at: Tensor([-5, -2]))        // -1, -8
///
/// It has numbers, variables x1 to x9 (x and y are x1 and x2), pi and e, + - * / ^ (also **), products without a sign, brackets,
/// and the functions of `functionNames`. Evaluated in tensor operations, it can be differentiated to any order.
public struct Formula: BatchedObjective {
  /// As it was given.
  public let text: String
  private let handle: Handle

  /// The formula of a text.
  ///
  /// - Throws: `DescentError` with the place, what must be there, and the nearest known name.
  public init(_ text: String) throws(DescentError) {
    self.text = text
    handle = try Handle(text)
  }

  /// The text.
  public var description: String { text }

  /// The highest variable's number; 0 for a constant.
  public var variableCount: Int { dsc_formula_variable_count(handle.pointer) }

  /// The functions that there are, each with how many numbers it takes.
  public static let functions: [(name: String, arguments: Int)] = (0..<dsc_formula_function_count()).map {
    let function = dsc_formula_function_at($0)!.pointee
    return (String(cString: function.name), function.arguments)
  }

  /// The values at points, with the variables along the last dimension: of x [..., n] a result [...].
  ///
  /// - Precondition: x is real, and n at least `variableCount`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor.make { dsc_formula_evaluate(handle.pointer, x.handle, $0) }
  }
}

/// What C made of a text: immutable.
private final class Handle: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ text: String) throws(DescentError) {
    guard !text.utf8.contains(0) else {
      throw DescentError(.invalidArgument, "the formula \"\(text)\" has a zero byte in it")
    }
    var (made, place): (OpaquePointer?, Int) = (nil, 0)
    do throws(DescentError) {
      try check(dsc_formula_parse(text, &made, &place))
    } catch {
      throw Self.withNearestName(error, text, place)
    }
    pointer = made!
  }

  deinit { dsc_formula_destroy(pointer) }

  /// C knows where the text is wrong; here is who can tell which name was meant.
  private static func withNearestName(_ error: DescentError, _ text: String, _ place: Int) -> DescentError {
    let rest = String(decoding: text.utf8.dropFirst(place), as: UTF8.self)
    let word = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    let known = Formula.functions.map(\.name) + ["pi"]
    guard let near = Nearest.name(to: word, among: known), near != word else { return error }
    return DescentError(error.code, "\(error.message); did you mean '\(near)'?")
  }
}
