import Foundation

/// Discs and points in the plane, by gnuplot: where a matrix's eigenvalues may lie, and where they do. Pictures side by
/// side, each with axes of its own.
public struct DiscChart: Chart {
  /// One picture.
  public struct Panel: Sendable {
    /// The text above it.
    public var title: String
    /// The discs, each with its center and radius.
    public var discs: [(x: Double, y: Double, radius: Double)]
    /// What is marked.
    public var points: [(x: Double, y: Double)]

    /// A picture of these.
    public init(
      title: String, discs: [(x: Double, y: Double, radius: Double)], points: [(x: Double, y: Double)]
    ) {
      (self.title, self.discs, self.points) = (title, discs, points)
    }
  }

  /// The text above all.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// What the legend calls discs and points.
  public var discName: String, pointName: String
  /// The pictures.
  public var panels: [Panel]

  /// A chart of these pictures.
  public init(
    title: String, xLabel: String, yLabel: String, discName: String, pointName: String, panels: [Panel]
  ) {
    (self.title, self.xLabel, self.yLabel) = (title, xLabel, yLabel)
    (self.discName, self.pointName, self.panels) = (discName, pointName, panels)
  }

  /// Pixels of a picture, and of the whole beside it.
  private static let (side, margin, top, bottom) = (400, 90, 84, 100)

  func script(_ format: Gnuplot.Format) -> String {
    let width = panels.count * (Self.side + Self.margin) + 20
    let height = Self.top + Self.side + Self.bottom
    let legend = ChartLegend(
      [
        .init(name: discName, point: ChartPalette.point(0), color: ChartPalette.lines[5]),
        .init(name: pointName, point: Self.mark, color: ChartPalette.path(0)),
      ], width: width)
    let frame =
      [
        "set label 1 \(Gnuplot.quoted(title)) at screen 0.5, screen \(1 - 22 / Double(height)) center noenhanced"
      ] + legend.script(first: 2, drawingHeight: height)
    let pictures = panels.indices.map { index in
      """
      \(index == 0 ? frame.joined(separator: "\n") : "unset label; unset arrow")
      \(picture(index, width: width, height: height))
      """
    }
    return """
      \(Gnuplot.terminal(format, width: width, height: height))
      \(Gnuplot.styling)
      unset key
      set tics out nomirror
      set style fill transparent solid 0.25 border
      set grid linetype 1 linecolor '\(ChartPalette.grid)' linewidth 0.7
      set xlabel \(Gnuplot.quoted(xLabel)) noenhanced
      set ylabel \(Gnuplot.quoted(yLabel)) noenhanced
      \(blocks)
      set multiplot
      \(pictures.joined(separator: "\n"))
      unset multiplot
      """
  }

  private static let mark = 2

  private var blocks: String {
    panels.enumerated().map { index, panel in
      "$discs\(index) << EOD\n" + panel.discs.map { "\($0.x) \($0.y) \($0.radius)\n" }.joined() + "EOD\n"
        + Gnuplot.block("points\(index)", panel.points)
    }.joined()
  }

  private func picture(_ index: Int, width: Int, height: Int) -> String {
    let (x, y) = ranges(panels[index])
    let left = Self.margin + index * (Self.side + Self.margin)
    func share(_ pixels: Int, _ of: Int) -> Double { Double(pixels) / Double(of) }
    return """
      set lmargin at screen \(share(left, width))
      set rmargin at screen \(share(left + Self.side, width))
      set tmargin at screen \(1 - share(Self.top, height))
      set bmargin at screen \(share(Self.bottom, height))
      set xrange [\(x.lowerBound):\(x.upperBound)]
      set yrange [\(y.lowerBound):\(y.upperBound)]
      set title \(Gnuplot.quoted(panels[index].title)) noenhanced
      plot $discs\(index) using 1:2:3 with circles linecolor '\(ChartPalette.lines[5])' linewidth 1.2, $points\(index) using 1:2 with points pointtype \(Self.mark) pointsize 1.5 linewidth 2 linecolor '\(ChartPalette.path(0))'
      """
  }

  /// A square that has all in it, so that circles are round.
  private func ranges(_ panel: Panel) -> (ClosedRange<Double>, ClosedRange<Double>) {
    let lows = panel.discs.map { (x: $0.x - $0.radius, y: $0.y - $0.radius) } + panel.points
    let highs = panel.discs.map { (x: $0.x + $0.radius, y: $0.y + $0.radius) } + panel.points
    let (left, right) = (lows.map(\.x).min() ?? 0, highs.map(\.x).max() ?? 0)
    let (low, high) = (lows.map(\.y).min() ?? 0, highs.map(\.y).max() ?? 0)
    let length = max(right - left, high - low)
    let half = 0.55 * (length > 0 ? length : max(abs(right), 1))
    func around(_ a: Double, _ b: Double) -> ClosedRange<Double> { (a + b) / 2 - half...(a + b) / 2 + half }
    return (around(left, right), around(low, high))
  }

  /// Draws the chart into a file, whole or not at all.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    guard panels.contains(where: { !$0.discs.isEmpty || !$0.points.isEmpty }) else { throw ChartError.empty }
    try Gnuplot.run(script(format), to: path)
  }
}
