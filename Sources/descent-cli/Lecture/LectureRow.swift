import Foundation

/// A line of an entry's table: what the document says, and what Descent finds.
struct LectureRow {
  let label: String
  /// The document's, as it is printed there.
  let document: String
  let ours: String
  /// What ours may be.
  let allowed: String
  /// Whether it is; nil where that depends on the machine, or the document says nothing.
  let passes: Bool?

  var verdict: String { passes.map { $0 ? "pass" : "fail" } ?? "" }
  var cells: [String] { [label, document, ours, allowed, verdict] }
  static let header = ["", "document", "Descent", "allowed", ""]
}

/// A number as a document prints it: "0.9559", "1e-3".
struct PrintedNumber {
  let text: String

  private var isScientific: Bool { text.lowercased().contains("e") }
  private var digits: Int {
    let mantissa = text.lowercased().prefix { $0 != "e" }
    return mantissa.firstIndex(of: ".").map { mantissa.distance(from: $0, to: mantissa.endIndex) - 1 } ?? 0
  }

  /// Whether a number is printed so, in as many digits.
  func isPrinting(of value: Double) -> Bool {
    guard let number = Double(text), value.isFinite else { return false }
    guard !isScientific else {
      return Double(String(format: "%.\(digits)e", value)) == number
    }
    return Double(String(format: "%.\(digits)f", value)) == number
  }

  /// A number with a few digits more than are printed.
  func detailed(_ value: Double) -> String {
    isScientific ? String(format: "%.\(digits + 3)e", value) : String(format: "%.\(digits + 3)f", value)
  }
}
