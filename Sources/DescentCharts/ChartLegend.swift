/// A legend below a drawing, in rows that are centred: gnuplot's own is no wider than one picture.
struct ChartLegend {
  /// A sample with its name.
  struct Entry {
    let name: String
    /// gnuplot's point type.
    let point: Int
    let color: String
    /// Whether a line goes through the point.
    var hasLine = false

    /// In pixels, about.
    var width: Int { 64 + Int(name.map(Self.width).reduce(0, +)) }

    /// Of a letter at the charts' size, about.
    private static func width(_ letter: Character) -> Double {
      switch letter {
      case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", " ": 5.5
      case "f", "r", "t", "(", ")", "-", "/": 7
      case "m", "w", "M", "W", "@", "%", "Σ": 15
      default: letter.isUppercase ? 11.5 : 10
      }
    }
  }

  private let rows: [[Entry]]
  private let width: Int
  private static let rowHeight = 22

  /// - Parameter width: the drawing's, in pixels.
  init(_ entries: [Entry], width: Int) {
    self.width = width
    rows = entries.reduce(into: [[Entry]]()) { rows, entry in
      let taken = rows.last.map { $0.map(\.width).reduce(0, +) } ?? .max / 2
      if taken + entry.width > width - 20 { rows.append([entry]) } else { rows[rows.count - 1].append(entry) }
    }
  }

  /// In pixels.
  var height: Int { Self.rowHeight * rows.count + 12 }

  /// The gnuplot lines that draw it at the bottom of a drawing of this height, with labels and arrows from `first` on.
  func script(first: Int, drawingHeight: Int) -> [String] {
    var (number, lines) = (first, [String]())
    for (row, entries) in rows.enumerated() {
      let y = Double(height - 6 - Self.rowHeight * row - Self.rowHeight / 2) / Double(drawingHeight)
      var left = (width - entries.map(\.width).reduce(0, +)) / 2
      for entry in entries {
        func x(_ pixels: Int) -> Double { Double(left + pixels) / Double(width) }
        if entry.hasLine {
          lines.append(
            "set arrow \(number) from screen \(x(4)), screen \(y) to screen \(x(36)), screen \(y) nohead linewidth 2 linecolor '\(entry.color)'"
          )
        }
        lines.append(
          "set label \(number) '' at screen \(x(20)), screen \(y) point pointtype \(entry.point) pointsize 1.2 linewidth 1.6 linecolor '\(entry.color)'"
        )
        lines.append(
          "set label \(number + 1) \(Gnuplot.quoted(entry.name)) at screen \(x(44)), screen \(y) left noenhanced"
        )
        number += 2
        left += entry.width
      }
    }
    return lines
  }
}
