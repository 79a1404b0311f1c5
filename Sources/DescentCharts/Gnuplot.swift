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

  /// What all charts begin with.
  static func preamble(_ format: Format, title: String, xLabel: String, yLabel: String) -> String {
    """
    set terminal \(format.terminal)
    set encoding utf8
    set title \(quoted(title)) noenhanced
    set xlabel \(quoted(xLabel)) noenhanced
    set ylabel \(quoted(yLabel)) noenhanced
    set border linecolor '#606060'
    set rmargin 6
    set key noenhanced
    set linetype 1 linecolor '#1f77b4'
    set linetype 2 linecolor '#d62728'
    set linetype 3 linecolor '#2ca02c'
    set linetype 4 linecolor '#9467bd'
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
