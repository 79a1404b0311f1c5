import Descent
import DescentCharts

/// The file that `--out` names for one chart.
struct ChartFile {
  let path: String
  private let format: Gnuplot.Format

  /// - Throws: `DescentError` for a name that says no format.
  init(_ path: String) throws(DescentError) {
    self.path = path
    format = try Gnuplot.Format(ofFile: path)
  }

  func write(_ chart: some Chart) throws { try chart.write(format, to: path) }
}
