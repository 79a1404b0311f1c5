import Foundation

/// A function of two variables as filled, labelled contours, with paths drawn over them, by gnuplot: in one picture or in
/// several side by side, still or moving.
public struct ContourChart: Sendable {
  /// One picture: the paths over the contours.
  public struct Panel: Sendable {
    /// The text above; empty for none.
    public var title: String
    /// The paths, each with its points marked, its start and its end.
    public var paths: [LineChart.Line]

    /// A picture of these paths.
    public init(title: String = "", paths: [LineChart.Line]) { (self.title, self.paths) = (title, paths) }
  }

  /// The text above all, of one line or more.
  public var title: String
  /// The axes' texts.
  public var xLabel: String, yLabel: String
  /// What is shown.
  public var xRange: ClosedRange<Double>, yRange: ClosedRange<Double>
  /// The function's values, row by row from the lowest y, on an even grid over the ranges.
  public var values: [[Double]]
  /// The pictures, all over the same contours.
  public var panels: [Panel]
  /// Places that are marked as minima.
  public var minima: [(x: Double, y: Double)]

  /// A chart of one picture.
  public init(
    title: String, xLabel: String, yLabel: String, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
    values: [[Double]], paths: [LineChart.Line], minima: [(x: Double, y: Double)] = []
  ) {
    self.init(
      title: title, xLabel: xLabel, yLabel: yLabel, xRange: xRange, yRange: yRange, values: values,
      panels: [Panel(paths: paths)], minima: minima)
  }

  /// A chart of several pictures.
  public init(
    title: String, xLabel: String, yLabel: String, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
    values: [[Double]], panels: [Panel], minima: [(x: Double, y: Double)] = []
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
    self.values = values
    self.panels = panels
    self.minima = minima
  }

  /// Draws the chart into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, gnuplot is missing or it fails; `DescentError` if the file
  ///   cannot be written.
  public func write(_ format: Gnuplot.Format, to path: String) throws {
    try checkSomething()
    try Gnuplot.run(ContourScript(self).still(format), to: path)
  }

  /// Draws the paths growing, point by point, into a GIF; of paths longer than `frames` every so many points.
  ///
  /// - Parameter delay: seconds that a frame stands; the last one stands ten times as long.
  /// - Throws: as `write`.
  public func writeAnimation(to path: String, frames: Int = 60, delay: Double = 0.15) throws {
    try checkSomething()
    let hundredths = Int((min(max(delay, 0.01), 60) * 100).rounded())
    try Gnuplot.run(ContourScript(self).moving(frames: max(frames, 1), hundredths: hundredths), to: path) {
      GIFAnimation.holdingLastFrame($0, hundredths: 10 * hundredths)
    }
  }

  private func checkSomething() throws {
    guard !panels.isEmpty, values.joined().contains(where: \.isFinite) else { throw ChartError.empty }
  }
}
