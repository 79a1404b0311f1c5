import Foundation

/// The gnuplot program of a contour chart.
struct ContourScript {
  private let chart: ContourChart
  private let field: ContourField
  private let layout: ContourLayout
  private let legend: ChartLegend
  private let titles: [String]

  init(_ chart: ContourChart) {
    self.chart = chart
    field = ContourField(xRange: chart.xRange, yRange: chart.yRange, values: chart.values)
    titles = chart.title.split(separator: "\n").map(String.init)
    let entries = Self.entries(chart)
    func extent(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }
    layout = ContourLayout(
      panels: chart.panels.count, ratio: extent(chart.xRange) / extent(chart.yRange), titles: titles,
      hasPanelTitles: chart.panels.contains { !$0.title.isEmpty },
      labelLength: field.labels.map(\.count).max() ?? 0
    ) { ChartLegend(entries, width: $0).height }
    legend = ChartLegend(entries, width: layout.width)
  }

  /// Paths that are alone in their picture have their name in its title.
  private static func entries(_ chart: ContourChart) -> [ChartLegend.Entry] {
    let most = chart.panels.map(\.paths).max { $0.count < $1.count } ?? []
    let isNamed = chart.panels.count == 1 || most.count > 1
    let paths = most.enumerated().filter { isNamed && !$0.element.name.isEmpty }.map {
      ChartLegend.Entry(
        name: $1.name, point: ChartPalette.point($0), color: ChartPalette.path($0), hasLine: true)
    }
    let ends = [("start", startMark), ("end", endMark)].map {
      ChartLegend.Entry(name: $0.0, point: $0.1, color: markColor)
    }
    let minima = ChartLegend.Entry(
      name: chart.minima.count == 1 ? "minimum" : "minima", point: minimumMark, color: markColor)
    return paths + (most.isEmpty ? [] : ends) + (chart.minima.isEmpty ? [] : [minima])
  }

  private static let (startMark, endMark, minimumMark, markColor) = (4, 6, 3, "#000000")

  // MARK: Whole programs

  /// Everything at once.
  func still(_ format: Gnuplot.Format) -> String {
    "\(Gnuplot.terminal(format, width: layout.width, height: layout.height))\n\(setUp)\n\(frame(nil))"
  }

  /// The paths as they grow.
  func moving(frames: Int, hundredths: Int) -> String {
    let last = max(1, chart.panels.flatMap(\.paths).map(\.points.count).max() ?? 1) - 1
    let ends = Array(stride(from: 0, to: last, by: max(1, (last + frames - 1) / frames))) + [last]
    return """
      set terminal gif animate delay \(hundredths) loop 0 optimize size \(layout.width),\(layout.height) font 'sans,11' background '#ffffff'
      \(setUp)
      \(ends.map(frame).joined(separator: "\n"))
      """
  }

  /// What all frames begin with: numbers, contours, colours.
  private var setUp: String {
    let count = field.levels.count
    let ticks = field.labels.enumerated().map { "'\($0.element)' \($0.offset + 1)" }
    // gnuplot wants a level even where there are none.
    let levels = field.levels.isEmpty ? "0" : field.levels.map { "\($0)" }.joined(separator: ",")
    return """
      \(Gnuplot.styling)
      set xlabel \(Gnuplot.quoted(chart.xLabel)) noenhanced offset 0,0.6
      set ylabel \(Gnuplot.quoted(chart.yLabel)) noenhanced offset 1,0
      \(blocks)
      set contour base
      unset surface
      set cntrparam levels discrete \(levels)
      set table $contours
      splot $grid using 1:2:3
      unset table
      unset contour
      set xrange [\(chart.xRange.lowerBound):\(chart.xRange.upperBound)]
      set yrange [\(chart.yRange.lowerBound):\(chart.yRange.upperBound)]
      \(layout.isEqual ? "set size ratio -1" : "")
      set clip two
      set tics out nomirror
      set format '%g'
      unset key
      set palette maxcolors \(count + 1) defined (\(ChartPalette.gradient))
      set cbrange [0:\(count + 1)]
      set cbtics (\(ticks.joined(separator: ", "))) scale 0 font ',9'
      set cblabel 'value' noenhanced
      set style textbox opaque fillcolor '#40ffffff' noborder margins 0.3,0.2
      """
  }

  private var hasColors: Bool { !field.levels.isEmpty }

  /// One drawing; `end`: the last point of each path that shows, nil: all do.
  private func frame(_ end: Int?) -> String {
    let texts = titles.enumerated().map {
      "set label \($0 + 1) \(Gnuplot.quoted($1)) at screen 0.5, screen \(layout.titleLine($0)) center noenhanced front"
    }
    let around = texts + legend.script(first: titles.count + 1, drawingHeight: layout.height)
    let pictures = chart.panels.indices.map { index in
      let margins = layout.margins(index)
      let title = chart.panels[index].title
      return """
        set lmargin at screen \(margins.left)
        set rmargin at screen \(margins.right)
        set tmargin at screen \(margins.top)
        set bmargin at screen \(margins.bottom)
        \(title.isEmpty ? "unset title" : "set title \(Gnuplot.quoted(title)) noenhanced offset 0,-0.5")
        \(index == 0 ? around.joined(separator: "\n") : "unset label; unset arrow")
        \(hasColors && layout.isLast(index, of: chart.panels.count) ? "set" : "unset") colorbox
        plot \(plots(index, end).joined(separator: ", \\\n  "))
        """
    }
    return "set multiplot\n\(pictures.joined(separator: "\n"))\nunset multiplot"
  }

  // MARK: Numbers

  /// The grid, the paths as $path0, ..., the labels of each picture as $labels0, ...
  private var blocks: String {
    let grid = chart.values.enumerated().map { row, line in
      line.enumerated().map { column, value in
        let shown = value.isFinite ? "\(value) \(field.band(value))" : "NaN NaN"
        return "\(field.x(column)) \(field.y(row)) \(shown)\n"
      }.joined()
    }.joined(separator: "\n")
    let paths = chart.panels.flatMap(\.paths).enumerated().map { Gnuplot.block("path\($0)", $1.points) }
    let labels = chart.panels.enumerated().map { index, panel in
      let placed = ContourLabels(
        field, aspect: layout.aspect, avoiding: panel.paths.map(\.points) + [chart.minima]
      ).labels
      return "$labels\(index) << EOD\n" + placed.map { "\($0.x) \($0.y) \($0.text)\n" }.joined() + "EOD\n"
    }
    return (["$grid << EOD\n\(grid)EOD\n"] + paths + labels + [Gnuplot.block("minima", chart.minima)])
      .joined()
  }

  // MARK: What is drawn, from the ground up

  private func plots(_ panel: Int, _ end: Int?) -> [String] {
    let before = chart.panels[..<panel].map(\.paths.count).reduce(0, +)
    let paths = chart.panels[panel].paths.enumerated().filter { !$0.element.points.isEmpty }
    let shown = end.map { " every ::0::\($0)" } ?? ""
    let ground = [
      "$grid using 1:2:4 with image",
      "$contours using 1:2 with lines linecolor '#ffffff' linewidth 1",
      "$labels\(panel) using 1:2:3 with labels font ',8' textcolor '#404040' boxed",
    ]
    let casings = paths.map { index, _ in
      "$path\(before + index)\(shown) using 1:2 with lines linecolor '#ffffff' linewidth 4"
    }
    let lines = paths.map { index, path in
      "$path\(before + index)\(shown) using 1:2 with linespoints linewidth 1.8 pointtype \(ChartPalette.point(index)) pointsize \(path.points.count > 60 ? 0.4 : 0.8) linecolor '\(ChartPalette.path(index))'"
    }
    let marks = paths.flatMap { index, path in
      let last = min(end ?? .max, path.points.count - 1)
      return [
        mark("$path\(before + index) every ::0::0", Self.startMark),
        mark("$path\(before + index) every ::\(last)::\(last)", Self.endMark),
      ]
    }
    let minima = chart.minima.isEmpty ? [] : [mark("$minima", Self.minimumMark)]
    return ground + casings + lines + marks + minima
  }

  private func mark(_ points: String, _ type: Int) -> String {
    "\(points) using 1:2 with points pointtype \(type) pointsize 1.9 linewidth 2 linecolor '\(Self.markColor)'"
  }
}
