/// A table of text with a first line of names, as RFC 4180 has it.
///
/// Cells are divided by what divides the first line: a comma, a semicolon or a tab. Lines may end as anywhere; empty
/// ones count for nothing, nor do the spaces around a cell. A cell in quotation marks may hold any of these; a
/// quotation mark in it is doubled.
package struct CSVFile {
  /// The columns' names, all different.
  package let names: [String]
  /// A row of cells for each sample, one for each name; at least one row.
  package let rows: [[String]]
  /// The line that each row begins in, from 1.
  package let lines: [Int]

  /// Reads a file.
  ///
  /// - Throws: `DescentError` that names the file, and the line where something is wrong.
  package init(path: String) throws(DescentError) {
    let text = try InputFile.text(path)
    func damaged(_ line: Int, _ what: String) -> DescentError {
      DescentError(.format, "\(path), line \(line): \(what)")
    }
    var scanner = CSVScanner(Array(text.utf8))
    var rows: [[String]] = []
    var lines: [Int] = []
    while let row = try scanner.next(damaged) {
      let count = rows.first?.count ?? row.cells.count
      guard row.cells.count == count else {
        throw damaged(
          row.line,
          "\(row.cells.count) cell\(row.cells.count == 1 ? "" : "s"), the first line has \(count)")
      }
      rows.append(row.cells)
      lines.append(row.line)
    }
    func refused(_ what: String) -> DescentError {
      DescentError(
        .format, "\(path) \(what): it must have a first line of different names, and a line of numbers")
    }
    guard let first = rows.first else { throw refused("is empty") }
    guard rows.count > 1 else { throw refused("has one line only") }
    guard Set(first).count == first.count else { throw refused("has two columns of one name") }
    // They are printed, and a terminal does what some of them say.
    guard !first.contains(where: { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } })
    else {
      throw refused("has a control character in a column's name")
    }
    names = rows[0]
    self.rows = Array(rows.dropFirst())
    self.lines = Array(lines.dropFirst())
  }

  /// Rows of cells as a file's text: cells with commas, quotation marks or line ends stand in quotation marks.
  package static func text(_ rows: [[String]]) -> String {
    rows.map { row in
      row.map { cell in
        cell.contains { ",\"\n\r\r\n".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
      }.joined(separator: ",") + "\n"
    }.joined()
  }
}

/// Takes a text apart.
private struct CSVScanner {
  private let bytes: [UInt8]
  private let divider: UInt8
  private var place = 0
  private var line = 1

  private static let (newline, ret, quote) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\""))

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // The mark that some programs begin UTF-8 with.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    var isQuoted = false
    let first = bytes.dropFirst(place).drop { $0 == Self.newline || $0 == Self.ret }
      .prefix { $0 != Self.newline && $0 != Self.ret }
    divider =
      first.first { byte in
        if byte == Self.quote { isQuoted.toggle() }
        return !isQuoted && [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].contains(byte)
      } ?? UInt8(ascii: ",")
  }

  /// The next line that is not empty; nil at the end.
  mutating func next(
    _ damaged: (_ line: Int, _ what: String) -> DescentError
  ) throws(DescentError) -> (line: Int, cells: [String])? {
    while place < bytes.count {
      let start = line
      var cells: [String] = []
      repeat { cells.append(try cell(damaged)) } while passDivider()
      passLineEnd()
      if cells != [""] { return (start, cells) }
    }
    return nil
  }

  private mutating func passDivider() -> Bool {
    guard place < bytes.count, bytes[place] == divider else { return false }
    place += 1
    return true
  }

  private mutating func passLineEnd() {
    if place < bytes.count && bytes[place] == Self.ret {
      place += 1
      if place == bytes.count || bytes[place] != Self.newline { line += 1 }
    }
    if place < bytes.count && bytes[place] == Self.newline {
      place += 1
      line += 1
    }
  }

  private mutating func cell(
    _ damaged: (_ line: Int, _ what: String) -> DescentError
  ) throws(DescentError) -> String {
    passSpaces()
    if place < bytes.count && bytes[place] == Self.quote { return try quotedCell(damaged) }
    let start = place
    while !isAtEnd { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self).trimmed
  }

  private mutating func quotedCell(
    _ damaged: (_ line: Int, _ what: String) -> DescentError
  ) throws(DescentError) -> String {
    let start = line
    var content: [UInt8] = []
    while true {
      place += 1
      guard place < bytes.count else { throw damaged(start, "a quotation mark is not closed") }
      if bytes[place] == Self.quote {
        place += 1
        guard place < bytes.count, bytes[place] == Self.quote else { break }
      }
      if bytes[place] == Self.newline { line += 1 }
      content.append(bytes[place])
    }
    passSpaces()
    guard isAtEnd else { throw damaged(line, "there is text after a closing quotation mark") }
    return String(decoding: content, as: UTF8.self).trimmed
  }

  /// Whether the cell ends here.
  private var isAtEnd: Bool {
    place == bytes.count || bytes[place] == divider || bytes[place] == Self.newline
      || bytes[place] == Self.ret
  }

  private mutating func passSpaces() {
    while place < bytes.count && bytes[place] != divider && [0x20, 0x09].contains(bytes[place]) { place += 1 }
  }
}

extension String {
  /// Without the blanks around it.
  fileprivate var trimmed: String {
    let blank = { (character: Character) in character.isWhitespace }
    guard let first = firstIndex(where: { !blank($0) }), let last = lastIndex(where: { !blank($0) }) else {
      return ""
    }
    return String(self[first...last])
  }
}
