import Foundation

/// Lines through points, drawn by gnuplot.
public struct LineChart: Sendable {
  /// One line.
  public struct Line: Sendable {
    /// How it is drawn.
    public enum Style: Sendable {
      /// As what is to be looked at.
      case plain
      /// As what lies behind: pale and thin.
      case faint
      /// With its points marked: where there are few.
      case marked
      /// Points alone: what was measured.
      case points
      /// Dashes: a bound, or what is expected.
      case dashed
    }

    /// What the legend calls it; empty for no entry.
    public var name: String
    /// The points, from left to right.
    public var points: [(x: Double, y: Double)]
    /// How it is drawn.
    public var style: Style
    /// Whether it goes by the right axis, which has another scale.
    public var isOnRight: Bool
    /// Which of the colours it has, where lines belong together; nil: that of its place among the lines.
    public var color: Int?

    /// A line of these points.
    public init(
      name: String = "", points: [(x: Double, y: Double)], style: Style = .plain, isOnRight: Bool = false,
      color: Int? = nil
    ) {
      self.name = name
      self.points = points
      (self.style, self.isOnRight, self.color) = (style, isOnRight, color)
    }
  }

  /// The text above.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// The right axis' text, where a line goes by it.
  public var rightLabel: String
  /// Whether the vertical axis is logarithmic; points at or below 0 are then left out.
  public var isLogarithmic: Bool
  /// Whether the horizontal axis is, likewise.
  public var isXLogarithmic: Bool
  /// What is shown of the vertical axis; nil: as much as the lines need.
  public var yRange: ClosedRange<Double>?
  /// What is drawn.
  public var lines: [Line]

  /// A chart of lines.
  public init(
    title: String, xLabel: String, yLabel: String, rightLabel: String = "", isLogarithmic: Bool = false,
    isXLogarithmic: Bool = false, yRange: ClosedRange<Double>? = nil, lines: [Line]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.rightLabel = rightLabel
    (self.isLogarithmic, self.isXLogarithmic) = (isLogarithmic, isXLogarithmic)
    self.yRange = yRange
    self.lines = lines
  }

  /// Whether there are so few whole numbers along x that gnuplot would put ticks between them, as between two epochs.
  private var isCounting: Bool {
    let places = lines.flatMap(\.points).map(\.x)
    guard let least = places.min(), let most = places.max(), !isXLogarithmic else { return false }
    return most - least <= 10 && places.allSatisfy { $0 == $0.rounded() }
  }

  /// Whether the vertical axis has so many decades that gnuplot leaves some out, beside which smaller ticks mislead.
  private var isDeep: Bool {
    let values = lines.filter { !$0.isOnRight }.flatMap(\.points).map(\.y).filter { $0.isFinite && $0 > 0 }
    let shown = yRange ?? (values.min() ?? 1)...(values.max() ?? 1)
    return isLogarithmic && shown.lowerBound > 0 && log10(shown.upperBound / shown.lowerBound) > 10
  }

  /// Whether the left axis has nothing to follow from, which gnuplot refuses.
  private var isLeftEmpty: Bool {
    !lines.contains { !$0.isOnRight && $0.points.contains { $0.y.isFinite } }
  }

  /// The gnuplot program that draws the chart.
  func script(_ format: Gnuplot.Format) -> String {
    let plots = lines.enumerated().map { index, line in
      let color = "linecolor \((line.color ?? index) + 1)"
      let look =
        switch line.style {
        case .plain: "with lines linewidth 2 \(color)"
        case .faint: "with lines linewidth 0.8 linecolor '\(ChartPalette.faint)'"
        case .marked: "with linespoints linewidth 2 pointtype 7 pointsize 0.6 \(color)"
        case .points:
          "with points pointtype \(ChartPalette.point(line.color ?? index)) pointsize 0.9 \(color)"
        case .dashed: "with lines linewidth 2 dashtype 2 \(color)"
        }
      return "$line\(index) using 1:2 axes x1y\(line.isOnRight ? 2 : 1) \(look) "
        + (line.name.isEmpty ? "notitle" : "title \(Gnuplot.quoted(line.name))")
    }
    let hasRight = lines.contains(where: \.isOnRight)
    // From 0 on: around a line that is level gnuplot would show digits that its ticks do not have.
    let isPositive = lines.filter(\.isOnRight).flatMap(\.points).allSatisfy { $0.y >= 0 }
    let right = """
      set ytics nomirror; set y2tics; set y2label \(Gnuplot.quoted(rightLabel)) noenhanced; set rmargin 12
      \(isPositive ? "set y2range [0:*]" : "")
      """
    return """
      \(Gnuplot.preamble(format, title: title, xLabel: xLabel, yLabel: yLabel))
      \(isLogarithmic ? "set logscale y; set format y '10^{%L}'" : "")
      \(isXLogarithmic ? "set logscale x; set format x '10^{%L}'" : "")
      \(isDeep ? "unset mytics" : "")
      \(isCounting ? "set xtics 1" : "")
      \((yRange ?? (isLeftEmpty ? 0...1 : nil)).map { "set yrange [\($0.lowerBound):\($0.upperBound)]" } ?? "")
      \(hasRight ? right : "")
      set grid linetype 1 linecolor '\(ChartPalette.grid)' linewidth 0.7
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
