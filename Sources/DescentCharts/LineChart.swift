/// Lines through points, drawn by gnuplot.
public struct LineChart: Sendable {
  /// One line.
  public struct Line: Sendable {
    /// What the legend calls it; empty for no entry.
    public var name: String
    /// The points, from left to right.
    public var points: [(x: Double, y: Double)]

    /// A line of these points.
    public init(name: String = "", points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  /// The text above.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// Whether the vertical axis is logarithmic; points at or below 0 are then left out.
  public var isLogarithmic: Bool
  /// What is drawn.
  public var lines: [Line]

  /// A chart of lines.
  public init(title: String, xLabel: String, yLabel: String, isLogarithmic: Bool = false, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.isLogarithmic = isLogarithmic
    self.lines = lines
  }

  /// The gnuplot program that draws the chart.
  func script(_ format: Gnuplot.Format) -> String {
    let plots = lines.enumerated().map { index, line in
      "$line\(index) using 1:2 with lines linewidth 1.5 linecolor \(index + 1) "
        + (line.name.isEmpty ? "notitle" : "title \(Gnuplot.quoted(line.name))")
    }
    return """
      \(Gnuplot.preamble(format, title: title, xLabel: xLabel, yLabel: yLabel))
      \(isLogarithmic ? "set logscale y; set format y '10^{%L}'" : "")
      set grid linetype 1 linecolor '#d8d8d8' linewidth 0.7
      \(Gnuplot.blocks(lines.map(\.points)))
      plot \(plots.joined(separator: ", "))
      """
  }

  /// Draws the chart into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, gnuplot is missing or it fails; `DescentError` if the file
  ///   cannot be written.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    guard lines.contains(where: { $0.points.contains { $0.y.isFinite } }) else { throw ChartError.empty }
    try Gnuplot.run(script(format), to: path)
  }
}
