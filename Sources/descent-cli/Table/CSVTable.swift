import Descent
import Foundation

/// Named columns of text, with the lines that they stand on.
struct CSVTable {
  /// What errors call it.
  let source: String
  let names: [String]
  private(set) var rows: [[String]]
  /// Where each row begins, counted from 1.
  private(set) var lines: [Int]

  init(source: String, names: [String], rows: [[String]]) {
    (self.source, self.names, self.rows, lines) = (source, names, rows, Array(1..<rows.count + 1))
  }

  /// A file with a first line of names; blank lines count for nothing.
  init(csv path: String) throws(DescentError) {
    let file = try CSVFile(path: path)
    (source, names, rows, lines) = (path, file.names, file.rows, file.lines)
  }

  // MARK: Columns

  private func index(_ name: String) throws(DescentError) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    if let number = Int(name), names.indices.contains(number - 1) { return number - 1 }
    let hint = Nearest.name(to: name, among: names).map { "did you mean '\($0)'? It" } ?? "it"
    throw DescentError(
      .invalidArgument,
      "\(source) has no column '\(name)'; \(hint) has \(names.joined(separator: ", "))")
  }

  /// The name of a column that is given by its name, or by its number from 1.
  func name(_ column: String) throws(DescentError) -> String { names[try index(column)] }

  /// The columns that a target follows from: those given, or all others but some.
  ///
  /// - Throws: `DescentError` for unknown columns, for one that is there twice or the target, and where none is left.
  func features(
    _ list: [String]?, target: String, besides others: [String] = []
  ) throws(DescentError) -> [String] {
    var chosen: [String] = []
    for column in list ?? [] { chosen.append(try name(column)) }
    if list == nil { chosen = names.filter { $0 != target && !others.contains($0) } }
    guard !chosen.isEmpty, Set(chosen).count == chosen.count, !chosen.contains(target) else {
      throw DescentError(
        .invalidArgument,
        list == nil
          ? "\(source) has no column besides \(target)"
          : "--features must name columns, each once, and not the target")
    }
    return chosen
  }

  /// The columns of a list on the command line: "height, width".
  static func columns(_ list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  /// Where a person looks for a cell.
  func place(_ row: Int, _ name: String) -> String { "\(source), line \(lines[row]), column \(name)" }

  private static func isMissing(_ cell: String) -> Bool {
    ["", "na", "n/a", "nan", "null"].contains(cell.lowercased())
  }

  /// Leaves out rows without a value in one of the columns, and says how many.
  mutating func dropMissing(_ columns: [String]) throws(DescentError) -> Int {
    var indices: [Int] = []
    for name in columns { indices.append(try index(name)) }
    let kept = rows.indices.filter { row in !indices.contains { Self.isMissing(rows[row][$0]) } }
    let dropped = rows.count - kept.count
    (rows, lines) = (kept.map { rows[$0] }, kept.map { lines[$0] })
    guard !rows.isEmpty else {
      throw DescentError(.format, "\(source): every line has a missing value; nothing is left")
    }
    return dropped
  }

  /// A column's cells, all of which have something in them.
  func cells(_ name: String) throws(DescentError) -> [String] {
    let index = try index(name)
    if let row = rows.indices.first(where: { Self.isMissing(rows[$0][index]) }) {
      throw DescentError(
        .format,
        "\(place(row, name)): the value is missing; --drop-missing leaves such lines out"
      )
    }
    return rows.map { $0[index] }
  }

  /// A decimal number. `Double` alone would take hexadecimal ones, and stop at a zero byte.
  static func number(_ cell: String) -> Double? {
    let digits = Set("0123456789+-.eE".utf8)
    return cell.utf8.allSatisfy(digits.contains) ? Double(cell) : nil
  }

  /// Numbers of several columns, [rows, columns] in float64.
  ///
  /// - Parameter hint: what to do about a cell that is none.
  func numbers(_ columns: [String], hint: String) throws(DescentError) -> Tensor {
    var numbers: [[Double]] = []
    for name in columns { numbers.append(try self.numbers(name, hint: hint)) }
    return Tensor(
      rows.indices.flatMap { row in numbers.map { $0[row] } }, shape: [rows.count, columns.count],
      dtype: .float64)
  }

  /// A column's numbers, all of them finite and none below `lowest`.
  ///
  /// - Parameter hint: what to do about a cell that is none.
  func numbers(
    _ name: String, from lowest: Double = -.infinity, hint: String
  ) throws(DescentError) -> [Double] {
    var numbers: [Double] = []
    for (row, cell) in try cells(name).enumerated() {
      guard let number = Self.number(cell), number.isFinite else {
        throw DescentError(
          .format, "\(place(row, name)): '\(cell)' is not a number; \(hint)")
      }
      guard number >= lowest else {
        throw DescentError(.format, "\(place(row, name)): \(cell), must be at least \(brief(lowest))")
      }
      numbers.append(number)
    }
    return numbers
  }
}
