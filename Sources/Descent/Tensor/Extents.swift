/// A number for each dimension of space: `5` for all of them alike, or `[3, 5]`.
public struct Extents: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Equatable, Sendable {
  /// One number, or one for each dimension.
  public let values: [Int]

  /// The same for every dimension.
  public init(_ value: Int) { values = [value] }
  /// One for each dimension.
  public init(_ values: [Int]) { self.values = values }
  public init(integerLiteral value: Int) { values = [value] }
  public init(arrayLiteral elements: Int...) { values = elements }

  /// One for each of so many dimensions.
  ///
  /// - Precondition: there is one number, or that many.
  func expanded(to rank: Int, _ name: String) -> [Int] {
    demand(
      values.count == 1 || values.count == rank,
      "\(name): \(values.count) numbers for \(rank) dimensions, must be one, or one for each")
    return values.count == rank ? values : Array(repeating: values[0], count: rank)
  }

  /// As the options of a layer's row.
  func options(_ name: String, _ rank: Int) -> [String: Double] {
    let all = expanded(to: rank, name)
    if rank == 1 { return [name: Double(all[0])] }
    return Dictionary(uniqueKeysWithValues: all.enumerated().map { ("\(name)[\($0.offset)]", Double($0.element)) })
  }
}
