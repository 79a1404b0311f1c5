import Descent
import DescentCharts
import Foundation

/// What an entry is given, and where it writes down what it finds.
final class LectureSheet {
  /// A picture's files, without their endings, and what it shows.
  struct Picture {
    let file: String, caption: String
  }

  let entry: LectureEntry
  let data: LectureData
  private let folder: String
  private(set) var rows: [LectureRow] = []
  private(set) var pictures: [Picture] = []
  private(set) var remarks: [String] = []
  /// What was made smaller than in the document.
  private(set) var shortenings: [String] = []
  /// Why there are no pictures.
  private(set) var chartError: ChartError?

  init(_ entry: LectureEntry, data: LectureData, folder: String) {
    (self.entry, self.data, self.folder) = (entry, data, folder)
  }

  // MARK: Rows

  /// A number that the document prints: ours must be the same in its digits.
  func printed(_ label: String, _ text: String, _ ours: Double) {
    let number = PrintedNumber(text: text)
    rows.append(
      LectureRow(
        label: label, document: text, ours: number.detailed(ours), allowed: "the printed digits",
        passes: number.isPrinting(of: ours)))
  }

  /// A number that is a matter of chance: ours must be in a range.
  func chance(_ label: String, _ text: String, _ ours: Double, in range: ClosedRange<Double>, digits: Int = 4)
  {
    func short(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
    rows.append(
      LectureRow(
        label: label, document: text, ours: short(ours),
        allowed: "\(short(range.lowerBound)) to \(short(range.upperBound))", passes: range.contains(ours)))
  }

  /// Two numbers that must be the same but for rounding: the document's formula, and what Descent does.
  func same(_ label: String, formula: Double, _ ours: Double, tolerance: Double = 1e-12) {
    let scale = max(1, abs(formula))
    rows.append(
      LectureRow(
        label: label, document: String(format: "%.9g", formula), ours: String(format: "%.9g", ours),
        allowed: "within \(tolerance.short)", passes: abs(formula - ours) <= tolerance * scale))
  }

  /// What the document claims, and whether it is so.
  func claim(_ label: String, _ text: String, _ ours: String, _ holds: Bool) {
    rows.append(LectureRow(label: label, document: text, ours: ours, allowed: "as claimed", passes: holds))
  }

  /// What is only set beside the document's.
  func note(_ label: String, _ text: String, _ ours: String) {
    rows.append(LectureRow(label: label, document: text, ours: ours, allowed: "", passes: nil))
  }

  // MARK: Words

  /// A sentence on what is seen.
  func say(_ sentence: String) { remarks.append(sentence) }

  /// Says what is smaller here than in the document.
  func shorten(_ sentence: String) { shortenings.append(sentence) }

  // MARK: Pictures

  /// Draws a chart.
  func draw(_ name: String, _ caption: String, _ chart: LineChart) throws {
    try keep(name, caption) { try chart.write($0, to: $1) }
  }

  /// Both formats: pixels for the index, vectors for slides.
  func keep(_ name: String, _ caption: String, _ write: (Gnuplot.Format, String) throws -> Void) throws {
    let file = "\(entry.name)-\(name)"
    do {
      try write(.png, "\(folder)/\(file).png")
      try write(.svg, "\(folder)/\(file).svg")
      pictures.append(Picture(file: file, caption: caption))
    } catch let error as ChartError {
      if case .gnuplotMissing = error { chartError = error } else { throw error }
    }
  }
}
