import Descent

/// What a regression explains: numbers, or classes by name.
struct RegressionTargets {
  let values: Tensor
  /// What the classes are called, in their order; empty where targets are numbers.
  private(set) var classNames: [String] = []
  /// Whether they are shares of a whole, between 0 and 1.
  private(set) var areProportions = false

  init(_ table: CSVTable, _ name: String, _ family: RegressionResult.Family) throws(DescentError) {
    let hint = "classes are for --family logistic or softmax"
    switch family {
    case .linear: values = Tensor(try table.numbers(name, hint: hint))
    case .poisson: values = Tensor(try table.numbers(name, from: 0, hint: hint))
    case .softmax: (values, classNames) = try Self.classes(table, name)
    case .logistic:
      let numbers = try table.cells(name).map(CSVTable.number)
      let shares = numbers.compactMap { $0 }.filter { 0...1 ~= $0 }
      if shares.count == numbers.count && shares.contains(where: { $0 != 0 && $0 != 1 }) {
        (values, areProportions) = (Tensor(shares), true)
      } else if shares.count == numbers.count {
        // Also if they are all the same, which the fit has a message for.
        (values, classNames) = (Tensor(shares), ["0", "1"])
      } else {
        (values, classNames) = try Self.classes(table, name)
        if classNames.count > 2 { throw Self.tooMany(table, name, numbers, classNames) }
      }
    }
  }

  private static func classes(_ table: CSVTable, _ name: String) throws(DescentError) -> (Tensor, [String]) {
    let (indices, names) = try table.classes(name)
    return (Tensor(indices.map(Double.init)), names)
  }

  private static func tooMany(
    _ table: CSVTable, _ name: String, _ numbers: [Double?], _ classes: [String]
  ) -> DescentError {
    let rest = "logistic regression takes two classes, or proportions from 0 to 1"
    if let row = numbers.firstIndex(where: { $0.map { !(0...1 ~= $0) } ?? true }), !numbers.contains(nil) {
      return DescentError(
        .format, "\(table.place(row, name)): \(brief(numbers[row]!)) beside others; \(rest)")
    }
    return DescentError(
      .format,
      "\(table.source), column \(name): \(classes.count) classes, \(classes.prefix(4).joined(separator: ", "))\(classes.count > 4 ? ", ..." : ""); \(rest)"
    )
  }
}
