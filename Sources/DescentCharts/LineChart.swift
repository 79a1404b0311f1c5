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
  /// What is drawn.
  public var lines: [Line]

  /// A chart of lines.
  public init(title: String, xLabel: String, yLabel: String, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.lines = lines
  }

  /// The gnuplot program that draws the chart into a file.
  func script(_ format: Gnuplot.Format, to path: String) -> String {
    let plots = lines.enumerated().map { index, line in
      "$line\(index) using 1:2 with lines linewidth 1.5 linecolor \(index + 1) "
        + (line.name.isEmpty ? "notitle" : "title \(Gnuplot.quoted(line.name))")
    }
    let blocks = lines.enumerated().map { index, line in
      "$line\(index) << EOD\n" + line.points.map { "\($0.x) \($0.y)\n" }.joined() + "EOD\n"
    }
    return """
      set terminal \(format.terminal)
      set output \(Gnuplot.quoted(path))
      set encoding utf8
      set title \(Gnuplot.quoted(title)) noenhanced
      set xlabel \(Gnuplot.quoted(xLabel)) noenhanced
      set ylabel \(Gnuplot.quoted(yLabel)) noenhanced
      set grid linetype 1 linecolor '#d8d8d8' linewidth 0.7
      set border linecolor '#606060'
      set rmargin 6
      set key noenhanced
      set linetype 1 linecolor '#1f77b4'
      set linetype 2 linecolor '#d62728'
      set linetype 3 linecolor '#2ca02c'
      set linetype 4 linecolor '#9467bd'
      \(blocks.joined())
      plot \(plots.joined(separator: ", "))
      """
  }

  /// Draws the chart into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, gnuplot is missing or it fails.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    guard lines.contains(where: { $0.points.contains { $0.y.isFinite } }) else { throw ChartError.empty }
    let temporary = path + ".part"
    try Gnuplot.run(script(format, to: temporary), output: temporary, path: path)
  }
}
