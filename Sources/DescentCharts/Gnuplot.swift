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
  /// There is more than can be seen: what, and how much can.
  case tooMany(String)

  /// What to tell the user.
  public var description: String {
    switch self {
    case .gnuplotMissing: "charts need gnuplot, which is not installed (Debian: apt-get install gnuplot-nox)"
    case .failed(let message): "gnuplot failed: \(message)"
    case .empty: "there is nothing to draw"
    case .tooMany(let what): what
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
  }

  /// The line that chooses format and size, in pixels.
  static func terminal(_ format: Format, width: Int = 960, height: Int = 600) -> String {
    switch format {
    case .png: "set terminal pngcairo size \(width),\(height) font 'Sans,12' background '#ffffff'"
    case .svg: "set terminal svg size \(width),\(height) font 'Sans,14' background '#ffffff'"
    }
  }

  /// Text as gnuplot takes it literally.
  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "''").replacingOccurrences(of: "\n", with: " ") + "'"
  }

  /// What all charts have: letters, border, the lines' colours.
  static var styling: String {
    let types = ChartPalette.lines.enumerated().map { "set linetype \($0 + 1) linecolor '\($1)'" }
    return """
      set encoding utf8
      set border linecolor '\(ChartPalette.border)'
      set key noenhanced below Left reverse height 1 width 2
      \(types.joined(separator: "\n"))
      """
  }

  /// What charts of lines begin with.
  static func preamble(_ format: Format, title: String, xLabel: String, yLabel: String) -> String {
    """
    \(terminal(format))
    \(styling)
    set title \(quoted(title)) noenhanced
    set xlabel \(quoted(xLabel)) noenhanced offset 0,0.4
    set ylabel \(quoted(yLabel)) noenhanced
    set rmargin 6
    """
  }

  /// Points as the data blocks $line0, $line1, ...
  static func blocks(_ lines: [[(x: Double, y: Double)]]) -> String {
    lines.enumerated().map { block("line\($0)", $1) }.joined()
  }

  /// Points as the data block $name.
  static func block(_ name: String, _ points: [(x: Double, y: Double)]) -> String {
    "$\(name) << EOD\n" + points.map { "\($0.x) \($0.y)\n" }.joined() + "EOD\n"
  }

  /// Runs a script that draws to standard output, and writes what it drew.
  ///
  /// - Parameter finish: what becomes of the file before it is written.
  static func run(_ script: String, to path: String, finish: (Data) -> Data = { $0 }) throws {
    // From a file: a pipe to a gnuplot that is not there would end this process by SIGPIPE.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gnuplot")
      .path
    defer { unlink(file) }
    try AtomicFile.write(script, to: file)
    guard let end = Program.run("gnuplot", [file]) else { throw ChartError.gnuplotMissing }
    guard end.status == 0, !end.output.isEmpty else {
      throw ChartError.failed(end.errors.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    try AtomicFile.write(finish(end.output), to: path)
  }
}
