import Foundation

/// A function's values on an even grid, and the levels at which its contours are drawn.
struct ContourField {
  let xRange: ClosedRange<Double>, yRange: ClosedRange<Double>
  /// Row by row from the lowest y.
  let values: [[Double]]
  /// Rising; at even shares of the picture, so that a valley's floor shows as well as its walls, and rounded as far as
  /// that leaves them apart.
  let levels: [Double]
  /// The levels' texts, with as few digits as tell them apart.
  let labels: [String]

  init(xRange: ClosedRange<Double>, yRange: ClosedRange<Double>, values: [[Double]], levelCount: Int = 12) {
    (self.xRange, self.yRange, self.values) = (xRange, yRange, values)
    let sorted = values.joined().filter(\.isFinite).sorted()
    // Closer to one another near the lowest value.
    let shares = (1...levelCount).map { Double($0 * $0) / Double(levelCount * levelCount + levelCount) }
    let chosen = sorted.isEmpty ? [] : shares.map { sorted[Int($0 * Double(sorted.count - 1))] }
    levels = Self.rounded(chosen).filter { $0 > sorted[0] }
    labels = Self.texts(levels)
  }

  /// Each to the decimal place that its neighbours leave.
  private static func rounded(_ levels: [Double]) -> [Double] {
    let distinct = levels.reduce(into: [Double]()) { if $0.last != $1 { $0.append($1) } }
    let all = distinct.indices.map { index in
      let gaps = [index - 1, index + 1].filter(distinct.indices.contains).map {
        abs(distinct[$0] - distinct[index])
      }
      guard let gap = gaps.min() else { return distinct[index] }
      let unit = pow(10, floor(log10(gap)))
      return unit > 0 && unit.isFinite ? (distinct[index] / unit).rounded() * unit : distinct[index]
    }
    return Set(all).sorted()
  }

  // MARK: Places

  func x(_ column: Int) -> Double { Self.place(xRange, column, values.first?.count ?? 0) }
  func y(_ row: Int) -> Double { Self.place(yRange, row, values.count) }

  private static func place(_ range: ClosedRange<Double>, _ index: Int, _ count: Int) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(max(count - 1, 1))
  }

  /// The value between grid points, from the four around; nil outside, and beside values that are not finite.
  func value(x: Double, y: Double) -> Double? {
    guard xRange.contains(x), yRange.contains(y), let columns = values.first?.count, columns > 1,
      values.count > 1
    else { return nil }
    func split(_ range: ClosedRange<Double>, _ at: Double, _ count: Int) -> (Int, Double) {
      let place = (at - range.lowerBound) / (range.upperBound - range.lowerBound) * Double(count - 1)
      let index = min(Int(place), count - 2)
      return (index, place - Double(index))
    }
    let (column, u) = split(xRange, x, columns)
    let (row, v) = split(yRange, y, values.count)
    let low = values[row][column] * (1 - u) + values[row][column + 1] * u
    let high = values[row + 1][column] * (1 - u) + values[row + 1][column + 1] * u
    let between = low * (1 - v) + high * v
    return between.isFinite ? between : nil
  }

  /// Where the lowest finite value is.
  var lowest: (x: Double, y: Double)? {
    var best: (value: Double, row: Int, column: Int)?
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() where value.isFinite && value < best?.value ?? .infinity {
        best = (value, row, column)
      }
    }
    return best.map { (x($0.column), y($0.row)) }
  }

  /// How many levels lie below a value, with the share of the way to the next: what is coloured.
  func band(_ value: Double) -> Double {
    guard value.isFinite else { return .nan }
    guard let first = levels.first, let last = levels.last, value >= first else { return 0.5 }
    if value >= last { return Double(levels.count) + 0.5 }
    let below = levels.lastIndex { $0 <= value }!
    return Double(below + 1) + (value - levels[below]) / (levels[below + 1] - levels[below])
  }

  private static func texts(_ levels: [Double]) -> [String] {
    // + 0: no -0.
    let tried = (4...17).lazy.map { digits in levels.map { String(format: "%.\(digits)g", $0 + 0) } }
    return tried.first { Set($0).count == levels.count } ?? levels.map { "\($0)" }
  }
}
