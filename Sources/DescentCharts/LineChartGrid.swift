/// Small multiples: pictures side by side with the same axes, in which a series has one colour throughout.
public struct LineChartGrid: Sendable {
  /// One line.
  public struct Curve: Sendable {
    /// The index of its series, which gives it colour and name.
    public var series: Int
    /// The points, from left to right.
    public var points: [(x: Double, y: Double)]
    /// Whether the axes make room for it; where they do not, it leaves the picture.
    public var isShownWhole: Bool

    /// A line of these points.
    public init(series: Int = 0, points: [(x: Double, y: Double)], isShownWhole: Bool = true) {
      (self.series, self.points, self.isShownWhole) = (series, points, isShownWhole)
    }
  }

  /// One picture.
  public struct Panel: Sendable {
    /// The text above it.
    public var title: String
    /// What is drawn.
    public var curves: [Curve]
    /// What is written into its upper right corner.
    public var notes: [String]

    /// A picture of these.
    public init(title: String = "", curves: [Curve], notes: [String] = []) {
      (self.title, self.curves, self.notes) = (title, curves, notes)
    }
  }

  /// The text above all; of several lines.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// Whether the horizontal axis is logarithmic; points that are not above 0 there are left out.
  public var isXLogarithmic: Bool
  /// The series' names, for the legend; a single one needs none.
  public var series: [String]
  /// Pictures side by side; nil: about as many as one below another.
  public var columns: Int?
  /// The pictures, row by row.
  public var panels: [Panel]

  /// As many series as can be told apart, and pictures as can be seen.
  public static let mostSeries = ChartPalette.lines.count, mostPanels = 100

  /// A grid of pictures.
  public init(
    title: String, xLabel: String, yLabel: String, isXLogarithmic: Bool = false, series: [String] = [],
    columns: Int? = nil, panels: [Panel]
  ) {
    (self.title, self.xLabel, self.yLabel) = (title, xLabel, yLabel)
    self.isXLogarithmic = isXLogarithmic
    (self.series, self.columns, self.panels) = (series, columns, panels)
  }

  /// Draws the grid into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, or too much, gnuplot is missing or it fails; `DescentError` if the
  ///   file cannot be written.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    let hasPoints = panels.contains { $0.curves.contains { $0.points.contains(where: isShown) } }
    guard hasPoints else { throw ChartError.empty }
    guard panels.count <= Self.mostPanels, series.count <= Self.mostSeries else {
      throw ChartError.tooMany(
        "\(panels.count) pictures of \(series.count) series: at most \(Self.mostPanels) of \(Self.mostSeries) can be told apart"
      )
    }
    try Gnuplot.run(LineGridScript(self).text(format), to: path)
  }

  /// Whether a point has a place on the axes.
  func isShown(_ point: (x: Double, y: Double)) -> Bool {
    point.x.isFinite && point.y.isFinite && (!isXLogarithmic || point.x > 0)
  }
}
