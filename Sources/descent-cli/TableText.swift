import Descent

/// What commands and documentation pages show of a table.
enum TableText {
  /// A line for each row: its name, and what is said of it.
  static func list<Row: TableRow>(_ rows: [Row], _ text: (Row) -> String) -> String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { "\($0.name.padded(to: width))  \(text($0))" }.joined(separator: "\n")
  }

  /// A row with its options.
  ///
  /// - Parameters:
  ///   - facts: what is said of it besides, each with its name.
  ///   - optionName: how an option is written.
  static func page(
    _ row: some TableRow, facts: [(name: String, text: String)], optionName: (String) -> String = { $0 }
  ) -> String {
    let width = facts.map(\.name.count).max() ?? 0
    let lines = facts.map { "\($0.name.padded(to: width))  \($0.text)" }
    let cells = row.options.map { [optionName($0.name), range(of: $0), initial(of: $0), $0.summary] }
    let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
    let options = cells.map { cell in
      "  " + (0..<3).map { cell[$0].padded(to: widths[$0]) }.joined(separator: "  ") + "  " + cell[3]
    }
    return "\(row.name): \(row.title)\n\n" + lines.joined(separator: "\n")
      + (options.isEmpty ? "" : "\n\noptions  (range, default)\n" + options.joined(separator: "\n"))
  }

  /// A Markdown table of the options; empty where there are none.
  static func markdown(_ options: [TableOption]) -> String {
    guard !options.isEmpty else { return "" }
    let lines = options.map { "| `\($0.name)` | \(initial(of: $0)) | \(range(of: $0)) | \($0.summary) |" }
    return "| Option | Default | Range | |\n| --- | --- | --- | --- |\n" + lines.joined(separator: "\n")
      + "\n"
  }

  private static func initial(of option: TableOption) -> String {
    option.initial.isNaN ? "must be given" : option.text(option.initial)
  }

  private static func range(of option: TableOption) -> String {
    option.extent == 1 ? option.range : "\(option.range), or \(option.extent) of them"
  }
}

/// Rows of cells, each column as wide as it must be: numbers to the right, and the first column to the left if it has names.
func aligned(_ rows: [[String]], beginsWithNames: Bool = true) -> String {
  let widths = rows.reduce(into: [Int]()) { widths, row in
    for (index, cell) in row.enumerated() {
      if index == widths.count { widths.append(0) }
      widths[index] = max(widths[index], cell.count)
    }
  }
  return rows.map { row in
    row.enumerated().map { index, cell in
      index == 0 && beginsWithNames ? cell.padded(to: widths[index]) : cell.aligned(to: widths[index])
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}

/// The first of so many, the last, and some between them.
func some(of total: Int, atMost most: Int) -> [Int] {
  let count = min(most, total)
  return (0..<count).map { index in
    count == 1 ? 0 : Int((Double(index) * Double(total - 1) / Double(count - 1)).rounded())
  }
}

extension String {
  /// With blanks behind it.
  func padded(to width: Int) -> String { self + blanks(to: width) }

  /// With blanks before it, as numbers stand.
  func aligned(to width: Int) -> String { blanks(to: width) + self }

  private func blanks(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) }
}
