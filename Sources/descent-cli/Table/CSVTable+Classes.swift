import Descent

extension CSVTable {
  /// Whether a column's cells are text, and no numbers.
  ///
  /// - Throws: `DescentError` for a few that are no numbers among more that are.
  func isOfText(_ name: String) throws(DescentError) -> Bool {
    let cells = try cells(name)
    let texts = cells.indices.filter { Self.number(cells[$0]) == nil }
    guard let first = texts.first, texts.count < cells.count - texts.count else { return !texts.isEmpty }
    throw DescentError(
      .format,
      "\(place(first, name)): '\(cells[first])' is not a number, as \(cells.count - texts.count) of \(cells.count) targets are; mend it, or take all for classes with --loss cross_entropy"
    )
  }

  /// A column's classes: each cell's number, and what the classes are called, in the order of their names, or of the
  /// numbers that they are: 1 and 1.0 are one.
  ///
  /// - Parameter known: classes that are known already, in their order.
  /// - Throws: `DescentError` for a missing value, for a single class, and for one that is not known.
  func classes(
    _ name: String, known: [String]? = nil
  ) throws(DescentError) -> (indices: [Int], names: [String]) {
    let cells = try cells(name)
    let numbers = cells.compactMap(Self.number)
    let areNumbers = numbers.count == cells.count
    let keys = areNumbers ? numbers.map(\.short) : cells
    let found = areNumbers ? Set(numbers).sorted().map(\.short) : Set(cells).sorted()
    guard known != nil || found.count > 1 else {
      throw DescentError(
        .format,
        "\(source), column \(name): all targets are '\(cells[0])'; there must be two classes or more")
    }
    let names = known ?? found
    let order = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    var indices: [Int] = []
    for (row, key) in keys.enumerated() {
      guard let index = order[key] else {
        throw DescentError(
          .mismatch,
          "\(place(row, name)): '\(key)' is none of the classes \(names.prefix(10).joined(separator: ", "))")
      }
      indices.append(index)
    }
    return (indices, names)
  }
}
