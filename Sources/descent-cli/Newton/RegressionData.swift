import Descent
import Foundation
import SwiftCSV

/// A regression's columns, from the airfoil file or a CSV file.
struct RegressionData {
  var inputs: Tensor
  var targets: Tensor
  var weights: Tensor?
  var featureNames: [String]
  var targetName: String
  /// What the classes are called, in their order; empty where targets are numbers.
  var classNames: [String] = []

  init(_ arguments: RegressionArguments, _ dataset: String) throws(DescentError) {
    let table = try Self.read(dataset, arguments.dataDir)
    guard let target = arguments.target ?? (dataset == "airfoil" ? Airfoil.targetName : nil) else {
      throw DescentError(
        .invalidArgument, "give --target: one of \(table.names.joined(separator: ", "))")
    }
    let others = table.names.filter { $0 != target && $0 != arguments.weights }
    let chosen = arguments.features.map { $0.split(separator: ",").map(String.init) } ?? others
    guard !chosen.isEmpty, !chosen.contains(target) else {
      throw DescentError(.invalidArgument, "--features must name columns, and not the target")
    }
    featureNames = chosen
    targetName = target
    (targets, classNames) = try table.targets(target, arguments.family)
    var columns: [[Double]] = []
    for name in chosen { columns.append(try table.numbers(name)) }
    if let name = arguments.weights { weights = Tensor(try table.numbers(name)) }
    let count = targets.count
    inputs = Tensor(
      (0..<count).flatMap { row in columns.map { $0[row] } }, shape: [count, chosen.count], dtype: .float64)
  }

  private static func read(_ dataset: String, _ folder: String?) throws(DescentError) -> Table {
    if dataset == "airfoil" {
      let data = try Airfoil.load(dataDirectory: folder)
      let rows = (0..<data.targets.count).map { row in
        (0..<5).map { "\(data.inputs[row, $0])" } + ["\(data.targets[row])"]
      }
      return Table(source: dataset, names: Airfoil.featureNames + [Airfoil.targetName], rows: rows)
    }
    guard dataset.hasPrefix("csv:") else {
      throw DescentError(.invalidArgument, "unknown data set '\(dataset)'; there are airfoil and csv:FILE")
    }
    return try Table(csv: String(dataset.dropFirst(4)))
  }

  /// Named columns of text.
  struct Table {
    var source: String
    var names: [String]
    var rows: [[String]]

    init(source: String, names: [String], rows: [[String]]) {
      (self.source, self.names, self.rows) = (source, names, rows)
    }

    init(csv path: String) throws(DescentError) {
      let file: CSV<Enumerated>
      do {
        file = try CSV<Enumerated>(url: URL(fileURLWithPath: path), loadColumns: false)
      } catch let error as CSVParseError {
        throw DescentError(.format, "\(path) is no CSV: \(error)")
      } catch {
        throw DescentError(.file, "\(path) cannot be read: \((error as NSError).localizedDescription)")
      }
      func trim(_ text: String) -> String { text.trimmingCharacters(in: .whitespaces) }
      let rows = file.rows.filter { $0 != [""] }
      self.init(source: path, names: file.header.map(trim), rows: rows.map { $0.map(trim) })
      guard Set(names).count == names.count, !rows.isEmpty else {
        throw DescentError(
          .format, "\(path) must have a first line of different names, and a line of numbers")
      }
      // The parser fills up short rows.
      let isLong = { (row: [String]) in row.dropFirst(file.header.count).contains { !$0.isEmpty } }
      if let bad = rows.firstIndex(where: isLong) {
        throw DescentError(
          .format, "\(path), sample \(bad + 1): more than \(names.count) cells, which the first line has")
      }
    }

    private func column(_ name: String) throws(DescentError) -> [String] {
      guard let index = names.firstIndex(of: name) else {
        throw DescentError(
          .invalidArgument, "\(source) has no column '\(name)'; it has \(names.joined(separator: ", "))")
      }
      return rows.map { $0[index] }
    }

    func numbers(_ name: String) throws(DescentError) -> [Double] {
      var numbers: [Double] = []
      for (row, cell) in try column(name).enumerated() {
        guard let number = Double(cell) else {
          throw DescentError(
            .format,
            "\(source), sample \(row + 1), column \(name): '\(cell)' is not a number; leave the column out with --features"
          )
        }
        numbers.append(number)
      }
      return numbers
    }

    /// Numbers; or classes, which are counted in the order of their names: with `logistic` if there are two.
    func targets(_ name: String, _ family: RegressionResult.Family) throws(DescentError) -> (Tensor, [String])
    {
      let cells = try column(name)
      let classes = Array(Set(cells)).sorted { a, b in
        if let (x, y) = both(Double(a), Double(b)), x != y { return x < y }
        return a < b
      }
      guard family == .softmax || (family == .logistic && classes.count == 2) else {
        return (Tensor(try numbers(name)), [])
      }
      let order = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Double($0)) })
      return (Tensor(cells.map { order[$0]! }), classes)
    }

    private func both(_ a: Double?, _ b: Double?) -> (Double, Double)? {
      if let a, let b { (a, b) } else { nil }
    }
  }
}
