/// A function of two variables as contour lines, with paths drawn over them, by gnuplot.
public struct ContourChart: Sendable {
  /// The text above.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// What is shown.
  public var xRange: ClosedRange<Double>, yRange: ClosedRange<Double>
  /// The function's values, row by row from the lowest y, on an even grid over the ranges.
  public var values: [[Double]]
  /// The paths, each with its points marked.
  public var paths: [LineChart.Line]

  /// A chart of contours.
  public init(
    title: String, xLabel: String, yLabel: String, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
    values: [[Double]], paths: [LineChart.Line]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
    self.values = values
    self.paths = paths
  }

  /// Values that an even share of the picture lies between: a valley's floor shows as well as its walls.
  private var levels: [Double] {
    let sorted = values.joined().filter(\.isFinite).sorted()
    let count = 16
    let chosen = (2...count).map { sorted[(sorted.count - 1) * $0 * $0 / (count * count + count)] }
    return Array(Set(chosen)).sorted()
  }

  func script(_ format: Gnuplot.Format) -> String {
    func place(_ range: ClosedRange<Double>, _ index: Int, _ count: Int) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(max(count - 1, 1))
    }
    let grid = values.enumerated().map { row, line in
      line.enumerated().map { column, value in
        let (x, y) = (place(xRange, column, line.count), place(yRange, row, values.count))
        return "\(x) \(y) \(value.isFinite ? "\(value)" : "NaN")\n"
      }.joined()
    }.joined(separator: "\n")
    let plots = paths.enumerated().map { index, line in
      "$line\(index) using 1:2 with linespoints linewidth 1.8 pointtype 7 pointsize \(line.points.count > 40 ? 0.3 : 0.8)"
        + " linecolor \(index + 1) title \(Gnuplot.quoted(line.name))"
    }
    return """
      \(Gnuplot.preamble(format, title: title, xLabel: xLabel, yLabel: yLabel))
      $grid << EOD
      \(grid)EOD
      set contour base
      unset surface
      set cntrparam levels discrete \(levels.map { "\($0)" }.joined(separator: ","))
      set table $contours
      splot $grid using 1:2:3
      unset table
      \(Gnuplot.blocks(paths.map(\.points)))
      set xrange [\(xRange.lowerBound):\(xRange.upperBound)]
      set yrange [\(yRange.lowerBound):\(yRange.upperBound)]
      plot $contours using 1:2 with lines linecolor '#a8b4c0' linewidth 0.9 notitle, \(plots.joined(separator: ", "))
      """
  }

  /// Draws the chart into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, gnuplot is missing or it fails; `DescentError` if the file
  ///   cannot be written.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    guard values.joined().contains(where: \.isFinite) else { throw ChartError.empty }
    try Gnuplot.run(script(format), to: path)
  }
}
