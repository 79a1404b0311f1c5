import Foundation

/// The gnuplot program of a grid of line charts.
struct LineGridScript {
  private let grid: LineChartGrid
  private let titles: [String]
  private let legend: ChartLegend
  private let hasLegend: Bool
  private let columns: Int, rows: Int
  /// A picture without its axes' texts, in pixels.
  private let plotWidth: Int, plotHeight: Int
  private let width: Int, height: Int

  /// Beside the pictures: ticks and text on the left and below; between them; the title above each.
  private static let (left, right, below, gap) = (92, 24, 62, 16)
  private let above: Int
  private let titleHeight: Int

  init(_ grid: LineChartGrid) {
    self.grid = grid
    titles = grid.title.split(separator: "\n").map(String.init)
    let count = grid.panels.count
    columns = min(max(1, grid.columns ?? Self.even(count)), count)
    rows = (count + columns - 1) / columns
    let widths = [760, 460, 340]
    plotWidth = columns <= widths.count ? widths[columns - 1] : 270
    plotHeight = plotWidth * 5 / 8
    above = grid.panels.contains { !$0.title.isEmpty } ? 30 : 12
    titleHeight = 14 + 22 * titles.count
    let pictures = columns * plotWidth + (columns - 1) * Self.gap
    width = max(Self.left + pictures + Self.right, 30 + 9 * (titles.map(\.count).max() ?? 0))
    hasLegend = grid.series.count > 1
    legend = ChartLegend(
      grid.series.enumerated().map {
        ChartLegend.Entry(
          name: $1, point: ChartPalette.point($0), color: ChartPalette.lines[$0], hasLine: true)
      }, width: width)
    height =
      titleHeight + rows * (above + plotHeight + Self.gap) + Self.below + (hasLegend ? legend.height : 0)
  }

  /// Columns for a grid that is a little wider than high.
  private static func even(_ count: Int) -> Int {
    count <= 3 ? count : Int(Double(count).squareRoot().rounded(.up))
  }

  // MARK: The program

  func text(_ format: Gnuplot.Format) -> String {
    let y = range({ $0.y }, margin: 0.05)
    return """
      \(Gnuplot.terminal(format, width: width, height: height))
      \(Gnuplot.styling)
      unset key
      set grid linetype 1 linecolor '\(ChartPalette.grid)' linewidth 0.7
      set tics nomirror
      \(horizontal)
      set yrange [\(y.lowerBound):\(y.upperBound)]
      \(blocks)
      set multiplot
      \(grid.panels.indices.map(panel).joined(separator: "\n"))
      unset multiplot
      """
  }

  private var horizontal: String {
    guard grid.isXLogarithmic else {
      let x = range({ $0.x }, margin: 0.01)
      return "set xtics \(step(x))\nset xrange [\(x.lowerBound):\(x.upperBound)]"
    }
    let x = range({ log10($0.x) }, margin: 0.02)
    // Numbers at every power do not touch.
    let step = max(1, ((x.upperBound - x.lowerBound) * 70 / Double(plotWidth)).rounded(.up))
    return """
      set logscale x
      set xtics \(pow(10, step)) scale 1,0.5
      set xrange [\(pow(10, x.lowerBound)):\(pow(10, x.upperBound))]
      """
  }

  /// What all pictures show of an axis.
  private func range(
    _ axis: ((x: Double, y: Double)) -> Double, margin: Double
  ) -> ClosedRange<Double> {
    let curves = grid.panels.flatMap(\.curves)
    let whole = curves.filter(\.isShownWhole)
    func values(_ curves: [LineChartGrid.Curve]) -> [Double] {
      curves.flatMap(\.points).filter(grid.isShown).map(axis)
    }
    let shown = values(whole).isEmpty ? values(curves) : values(whole)
    guard let least = shown.min(), let most = shown.max() else { return 0...1 }
    let room = most > least ? (most - least) * margin : max(abs(most) * margin, 0.5)
    // Losses and shares are not below 0, and it looks odd where the axis is.
    return (least >= 0 ? max(0, least - room) : least - room)...(most + room)
  }

  /// A round distance of ticks whose numbers do not touch.
  private func step(_ range: ClosedRange<Double>) -> Double {
    let most = Double(max(2, plotWidth / 70))
    let least = (range.upperBound - range.lowerBound) / most
    let power = pow(10, log10(least).rounded(.down))
    let step = power * ([1, 2, 5].first { $0 * power >= least } ?? 10)
    let points = grid.panels.flatMap(\.curves).flatMap(\.points)
    // There is nothing between two epochs.
    return points.allSatisfy { $0.x == $0.x.rounded() } ? max(1, step) : step
  }

  private var blocks: String {
    grid.panels.enumerated().map { panel, content in
      content.curves.enumerated().map { index, curve in
        Gnuplot.block("curve\(panel)_\(index)", curve.points.filter(grid.isShown))
      }.joined()
    }.joined()
  }

  private func panel(_ index: Int) -> String {
    let content = grid.panels[index]
    let (column, row) = (index % columns, index / columns)
    let left = Self.left + column * (plotWidth + Self.gap)
    let top = titleHeight + above + row * (above + plotHeight + Self.gap)
    let isLowest = index + columns >= grid.panels.count
    let curves = content.curves.enumerated().filter { $1.points.contains(where: grid.isShown) }
    let plots = curves.map { "$curve\(index)_\($0) using 1:2 \(look($1)) notitle" }
    return """
      unset label
      unset arrow
      \((index == 0 ? frame : []).joined(separator: "\n"))
      set lmargin at screen \(x(left))
      set rmargin at screen \(x(left + plotWidth))
      set tmargin at screen \(y(top))
      set bmargin at screen \(y(top + plotHeight))
      set format y '\(column == 0 ? "%g" : "")'
      set format x '\(isLowest ? grid.isXLogarithmic ? "10^{%L}" : "%g" : "")'
      set title \(Gnuplot.quoted(shortened(content.title))) noenhanced offset 0,-0.4
      \(notes(content.notes).joined(separator: "\n"))
      plot \(plots.isEmpty ? "NaN notitle" : plots.joined(separator: ", "))
      """
  }

  /// Each series has a shape of its own beside its colour, on every point where there are few.
  private func look(_ curve: LineChartGrid.Curve) -> String {
    let color = "linewidth 1.3 linecolor '\(ChartPalette.lines[curve.series % ChartPalette.lines.count])'"
    let isLong = curve.points.count > 30
    guard hasLegend || !isLong else { return "with lines \(color)" }
    let marks = "pointtype \(ChartPalette.point(curve.series)) pointsize 0.7"
    return "with linespoints \(marks) pointinterval \(isLong ? curve.points.count / 8 : 1) \(color)"
  }

  /// Title, axes' texts and legend, which belong to all pictures.
  private var frame: [String] {
    let (middle, low) = ((Self.left + width - Self.right) / 2, height - (hasLegend ? legend.height : 0) - 16)
    let half = (titleHeight + low - Self.below) / 2
    var lines = titles.enumerated().map { index, title in
      "set label \(index + 1) \(Gnuplot.quoted(title)) at screen 0.5, screen \(y(20 + 22 * index)) center noenhanced"
        + (index == 0 ? " font ',14'" : "")
    }
    lines.append(
      "set label 11 \(Gnuplot.quoted(grid.xLabel)) at screen \(x(middle)), screen \(y(low)) center noenhanced"
    )
    lines.append(
      "set label 12 \(Gnuplot.quoted(grid.yLabel)) at screen \(x(22)), screen \(y(half)) center rotate noenhanced"
    )
    return lines + (hasLegend ? legend.script(first: 20, drawingHeight: height) : [])
  }

  private func notes(_ notes: [String]) -> [String] {
    notes.enumerated().map { index, note in
      "set label \(900 + index) \(Gnuplot.quoted(shortened(note))) at graph 0.97, graph \(0.94 - 0.08 * Double(index)) right noenhanced textcolor '\(ChartPalette.border)'"
    }
  }

  /// As much of a text as there is room for.
  private func shortened(_ text: String) -> String {
    let most = plotWidth / 10
    return text.count <= most ? text : text.prefix(most - 1) + "…"
  }

  private func x(_ pixels: Int) -> Double { Double(pixels) / Double(width) }
  private func y(_ pixels: Int) -> Double { 1 - Double(pixels) / Double(height) }
}
