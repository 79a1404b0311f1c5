import Descent
import Foundation

/// Numbers on the command line: "-5, -2".
enum NumberList {
  /// Reads as many finite numbers as one of `counts` says.
  ///
  /// - Throws: `DescentError` that names the option.
  static func parse(_ text: String, counts: [Int], option: String) throws(DescentError) -> [Double] {
    try parse(text, option, counts.map { "\($0)" }.joined(separator: " or "), counts.contains)
  }

  /// Reads as many finite numbers as are in the range.
  ///
  /// - Throws: `DescentError` that names the option.
  static func parse(
    _ text: String, count: ClosedRange<Int>, option: String
  ) throws(DescentError) -> [Double] {
    try parse(text, option, "\(count.lowerBound) to \(count.upperBound)", count.contains)
  }

  private static func parse(
    _ text: String, _ option: String, _ counts: String, _ isCount: (Int) -> Bool
  ) throws(DescentError) -> [Double] {
    let cells = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = cells.map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard isCount(numbers.count), numbers.allSatisfy({ $0?.isFinite ?? false }) else {
      throw DescentError(
        .invalidArgument, "\(option) is '\(text)', must be \(counts) numbers separated by commas")
    }
    return numbers.map { $0! }
  }
}
