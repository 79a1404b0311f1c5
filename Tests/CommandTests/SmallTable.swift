import Descent
import Foundation

/// A table to try the command on: a price that follows from two columns and a little else, and a kind by name.
enum SmallTable {
  static let rows: [[String]] = (0..<120).map { row in
    let (a, b) = (Double(row * 37 % 101) / 10, Double(row * 53 % 97) / 100 + 2000)
    let price = 300 + 20 * a - 150 * (b - 2000) + Double(row % 7)
    let kind = a > 6 ? "tall" : b > 2000.5 ? "wide, very" : "small"
    return [String(a), String(b), kind, String(price)]
  }
  static let header = ["size", "year", "kind", "price"]

  /// Runs `body` in a folder with `table.csv`, which is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try write([header] + rows, to: "\(folder)/table.csv")
      return try body(folder)
    }
  }

  static func write(_ rows: [[String]], to path: String) throws {
    try AtomicFile.write(CSVFile.text(rows), to: path)
  }

  /// What trains a regression, and a classification, on it.
  static let regression =
    "train --dataset table.csv --target price --features size,year --model linear --lr 0.1"
    .components(separatedBy: " ")
  static let classification =
    "train --dataset table.csv --target kind --features size,year --model mlp:8 --optimizer adam --lr 0.05"
    .components(separatedBy: " ")
}
