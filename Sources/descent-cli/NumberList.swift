import Descent
import Foundation

/// Numbers on the command line: "-5, -2".
enum NumberList {
  /// Reads as many finite numbers as one of `counts` says.
  ///
  /// - Throws: `DescentError` that names the option.
  static func parse(_ text: String, counts: [Int], option: String) throws(DescentError) -> [Double] {
    let cells = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = cells.map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard counts.contains(numbers.count), numbers.allSatisfy({ $0?.isFinite ?? false }) else {
      let count = counts.map { "\($0)" }.joined(separator: " or ")
      throw DescentError(
        .invalidArgument, "\(option) is '\(text)', must be \(count) numbers separated by commas")
    }
    return numbers.map { $0! }
  }
}
