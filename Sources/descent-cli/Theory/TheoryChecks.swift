import Descent

/// Refusals that the subcommands of `descent theory` share.
enum TheoryChecks {
  /// Numbers of a list, each above 0.
  static func positive(_ text: String, _ option: String, most: Int = 8) throws(DescentError) -> [Double] {
    let numbers = try NumberList.parse(text, count: 1...most, option: option)
    try each(numbers, option, "above 0") { $0 > 0 }
    return numbers
  }

  /// Whole numbers of a list, each in a range.
  static func integers(
    _ text: String, _ option: String, in range: ClosedRange<Int>, most: Int = 16
  ) throws(DescentError) -> [Int] {
    let numbers = try NumberList.parse(text, count: 1...most, option: option)
    try each(numbers, option, "whole numbers in \(range.lowerBound)...\(range.upperBound)") {
      $0 == $0.rounded() && Double(range.lowerBound)...Double(range.upperBound) ~= $0
    }
    return numbers.map { Int($0) }
  }

  static func each(
    _ numbers: [Double], _ option: String, _ range: String, _ holds: (Double) -> Bool
  ) throws(DescentError) {
    for number in numbers where !holds(number) {
      throw DescentError(.invalidArgument, "\(option) has \(number.short), must be \(range)")
    }
  }

  static func count(_ value: Int, _ option: String, in range: ClosedRange<Int>) throws(DescentError) {
    guard range ~= value else {
      throw DescentError(
        .invalidArgument, "\(option) is \(value), must be in \(range.lowerBound)...\(range.upperBound)")
    }
  }

  static func positive(_ value: Double, _ option: String) throws(DescentError) {
    guard value > 0, value.isFinite else {
      throw DescentError(.invalidArgument, "\(option) is \(value.short), must be above 0 and finite")
    }
  }
}
