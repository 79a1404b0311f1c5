/// A number for each dimension, or one for all: `5`, `[3, 5]`.
public struct Extents: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Sendable, Hashable {
  /// One, or one for each dimension, in their order.
  public let values: [Int]

  /// The same for all dimensions.
  public init(_ value: Int) { values = [value] }

  /// One for each dimension.
  public init(_ values: [Int]) { self.values = values }

  /// The same for all dimensions.
  public init(integerLiteral value: Int) { values = [value] }

  /// One for each dimension.
  public init(arrayLiteral elements: Int...) { values = elements }

  /// One for each of so many dimensions.
  ///
  /// - Precondition: there is one number, or that many.
  func expanded(_ name: String, dimensions: Int) -> [Int] {
    demand(
      values.count == 1 || values.count == dimensions,
      "\(name) has \(values.count) numbers, must have 1 or \(dimensions)")
    return values.count == dimensions ? values : Array(repeating: values[0], count: dimensions)
  }

  /// A table's options: "kernel_size", or "kernel_size[0]", "kernel_size[1]".
  ///
  /// - Precondition: there is one number, or one for each of `dimensions`.
  func options(_ name: String, dimensions: Int) -> [String: Double] {
    demand(
      values.count == 1 || values.count == dimensions,
      "\(name) has \(values.count) numbers, must have 1 or \(dimensions)")
    guard values.count > 1 else { return [name: Double(values[0])] }
    return Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\(name)[\($0)]", Double($1)) })
  }
}
