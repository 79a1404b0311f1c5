/// A function that minimizers are tried on: a sum of squares, its standard start, and its minima.
///
/// Those of Moré, Garbow and Hillstrom 1981, Testing Unconstrained Optimization Software, and a few of two variables that
/// make good pictures.
public struct TestFunction: Objective {
  /// What the command `descent newton --function` calls it.
  public let name: String
  /// The standard start.
  public let start: [Double]
  /// The values of all minima that are known.
  public let minima: [Double]
  /// What is squared, in one or more vectors, for the variables as vectors of one element.
  let parts: @Sendable (_ x: [Tensor]) -> [Tensor]

  init(
    name: String, start: [Double], minima: [Double], parts: @escaping @Sendable (_ x: [Tensor]) -> [Tensor]
  ) {
    (self.name, self.start, self.minima, self.parts) = (name, start, minima, parts)
  }

  /// Its name.
  public var description: String { name }

  /// All of them.
  public static let all = ofTwoVariables + ofFewVariables + ofManyVariables

  /// The function of a name.
  ///
  /// - Throws: `DescentError` that lists the names there are.
  public static func named(_ name: String) throws(DescentError) -> TestFunction {
    guard let found = all.first(where: { $0.name == name }) else {
      throw .unknown("function", name, among: all.map(\.name))
    }
    return found
  }

  /// The value at x, a scalar.
  ///
  /// - Precondition: x has as many elements as the start.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let terms = parts(split(x)).map { ($0 * $0).sum() }
    return terms.dropFirst().reduce(terms[0], +)
  }

  private func split(_ x: Tensor) -> [Tensor] {
    demand(x.shape == [start.count], "\(name) of shape \(x.shape), must be [\(start.count)]")
    return (0..<x.count).map { x[rows: $0..<$0 + 1] }
  }

  static func vector(_ values: [Double]) -> Tensor { Tensor(values, dtype: .float64) }
  /// A value for each of 1, 2, ..., count.
  static func range(_ count: Int, _ value: (Double) -> Double) -> Tensor {
    vector((1...count).map { value(Double($0)) })
  }
}
