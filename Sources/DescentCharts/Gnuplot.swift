import Foundation

/// Why a chart was not drawn.
public enum ChartError: Error, CustomStringConvertible {
  /// gnuplot is not installed.
  case gnuplotMissing
  /// gnuplot said this.
  case failed(String)
  /// There are no points.
  case empty

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

  /// Runs a program that writes `output`, which then becomes `path`.
  static func run(_ script: String, output: String, path: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gnuplot"]
    let (input, errors) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    do { try process.run() } catch { throw ChartError.gnuplotMissing }
    input.fileHandleForWriting.write(Data((script + "\n").utf8))
    try? input.fileHandleForWriting.close()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    defer { try? FileManager.default.removeItem(atPath: output) }
    if process.terminationStatus == 127 { throw ChartError.gnuplotMissing }
    guard process.terminationStatus == 0, FileManager.default.fileExists(atPath: output) else {
      throw ChartError.failed(String(decoding: complaints, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    _ = try FileManager.default.replaceItemAt(URL(fileURLWithPath: path), withItemAt: URL(fileURLWithPath: output))
  }
}
