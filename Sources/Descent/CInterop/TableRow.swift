import CDescent

/// A row of one of the C core's tables: a rule, a loss, a layer.
public protocol TableRow: Sendable {
  /// What it is called: "sgd", "huber", "conv2d".
  var name: String { get }
  /// A line that says what it is.
  var title: String { get }
  /// Where its numbers come from: a PyTorch page or a paper.
  var source: String { get }
  /// What it computes, in one line.
  var formula: String { get }
  /// Its options, in the order of the reference.
  var options: [TableOption] { get }
}

extension Array where Element: TableRow {
  /// The row of a name; nil if there is none.
  func row(_ name: String) -> Element? { first { $0.name == name } }

  /// The row of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one.
  func named(_ name: String, of kind: String) throws(DescentError) -> Element {
    guard let row = row(name) else { throw .unknown(kind, name, among: map(\.name)) }
    return row
  }
}

/// The strings of an array of C's, up to the first that is missing.
func strings<Strings>(_ array: Strings) -> [String] {
  withUnsafeBytes(of: array) { bytes in
    bytes.bindMemory(to: UnsafePointer<CChar>?.self).prefix { $0 != nil }.map { String(cString: $0!) }
  }
}
