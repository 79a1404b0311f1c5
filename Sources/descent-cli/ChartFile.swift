import Descent
import DescentCharts

/// The file that `--out` names for one chart.
struct ChartFile {
  let path: String
  private let format: Gnuplot.Format

  /// - Throws: `DescentError` for a name that says no format.
  init(_ path: String) throws(DescentError) {
    self.path = path
    if path.hasSuffix(".png") {
      format = .png
    } else if path.hasSuffix(".svg") {
      format = .svg
    } else {
      throw DescentError(.invalidArgument, "--out is \(path), must end in .png or .svg")
    }
  }

  func write(_ chart: some Chart) throws { try chart.write(format, to: path) }
}
