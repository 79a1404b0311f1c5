/// A picture that gnuplot draws.
public protocol Chart: Sendable {
  /// Draws it into a file, whole or not at all.
  ///
  /// - Throws: `ChartError` if there is nothing to draw, gnuplot is missing or it fails; `DescentError` if the file
  ///   cannot be written.
  func write(_ format: Gnuplot.Format, to path: String) throws
}

extension LineChart: Chart {}
extension ContourChart: Chart {}
