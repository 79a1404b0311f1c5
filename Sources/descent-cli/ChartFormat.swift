import Descent
import DescentCharts

extension Gnuplot.Format {
  /// What a file named by --out is to be, by its name's end.
  init(ofFile path: String) throws(DescentError) {
    if path.hasSuffix(".png") {
      self = .png
    } else if path.hasSuffix(".svg") {
      self = .svg
    } else {
      throw DescentError(.invalidArgument, "--out is \(path), must end in .png or .svg")
    }
  }
}
