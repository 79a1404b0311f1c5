import Descent
import Foundation

/// Why a chart was not drawn.
public enum ChartError: Error, CustomStringConvertible {
  /// gnuplot is not installed.
  case gnuplotMissing
  /// gnuplot said this.
  case failed(String)
  /// There are no points.
  case empty

  /// What to tell the user.
  public var description: String {
    switch self {
    case .gnuplotMissing: "charts need gnuplot, which is not installed (Debian: apt-get install gnuplot-nox)"
    case .failed(let message): "gnuplot failed: \(message)"
    case .empty: "there is nothing to draw"
    }
  }
}

/// The program that draws.
public enum Gnuplot {
  /// A picture's format.
  public enum Format: Sendable {
    /// Pixels.
    case png
    /// Vectors.
    case svg

    var terminal: String {
      switch self {
      case .png: "pngcairo size 960,600 font 'Sans,12' background '#ffffff'"
      case .svg: "svg size 960,600 font 'Sans,14' background '#ffffff'"
      }
    }
  }

  /// Text as gnuplot takes it literally.
  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "''").replacingOccurrences(of: "\n", with: " ") + "'"
  }

  /// What all charts begin with. The colours are Okabe and Ito's, which readers with colour blindness can tell apart.
  static func preamble(_ format: Format, title: String, xLabel: String, yLabel: String) -> String {
    """
    set terminal \(format.terminal)
    set encoding utf8
    set title \(quoted(title)) noenhanced
    set xlabel \(quoted(xLabel)) noenhanced
    set ylabel \(quoted(yLabel)) noenhanced
    set border linecolor '#606060'
    set rmargin 6
    set key noenhanced below
    set linetype 1 linecolor '#0072b2'
    set linetype 2 linecolor '#d55e00'
    set linetype 3 linecolor '#009e73'
    set linetype 4 linecolor '#cc79a7'
    set linetype 5 linecolor '#e69f00'
    set linetype 6 linecolor '#56b4e9'
    set linetype 7 linecolor '#000000'
    set linetype 8 linecolor '#8c6d31'
    """
  }

  /// Points as the data blocks $line0, $line1, ...
  static func blocks(_ lines: [[(x: Double, y: Double)]]) -> String {
    lines.enumerated().map { index, points in
      "$line\(index) << EOD\n" + points.map { "\($0.x) \($0.y)\n" }.joined() + "EOD\n"
    }.joined()
  }

  /// Runs a script that draws to standard output, and writes what it drew.
  static func run(_ script: String, to path: String) throws {
    // From a file: a pipe to a gnuplot that is not there would end this process by SIGPIPE.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gnuplot")
      .path
    defer { unlink(file) }
    try AtomicFile.write(script, to: file)
    guard let end = Program.run("gnuplot", [file]) else { throw ChartError.gnuplotMissing }
    guard end.status == 0, !end.output.isEmpty else {
      throw ChartError.failed(end.errors.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    try AtomicFile.write(end.output, to: path)
  }
}
