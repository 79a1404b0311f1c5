import Descent
import Foundation
import Testing

/// CSV as people and programs write it.
@Suite struct CSVFileTests {
  private func read(_ text: String) throws -> CSVFile {
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/table.csv"))
      return try CSVFile(path: "\(folder)/table.csv")
    }
  }

  static let sound: [(text: String, names: [String], rows: [[String]], lines: [Int])] = [
    ("x,y\n1,2\n3,4\n", ["x", "y"], [["1", "2"], ["3", "4"]], [2, 3]),
    ("x,y\n1,2\n3,4", ["x", "y"], [["1", "2"], ["3", "4"]], [2, 3]),
    ("x;y\r\n1,5;2\r\n", ["x", "y"], [["1,5", "2"]], [2]),
    ("x\ty\r1\t\r", ["x", "y"], [["1", ""]], [2]),
    ("\u{FEFF}x,y\n1,2", ["x", "y"], [["1", "2"]], [2]),
    ("\n\n x , y \n\n 1 ,\t2 \n \n3,4\n\n", ["x", "y"], [["1", "2"], ["3", "4"]], [5, 7]),
    (
      "\"x;1\",\"y\"\"z\"\n\"1\n2\", \"3\" \n4,5\"6\n", ["x;1", "y\"z"], [["1\n2", "3"], ["4", "5\"6"]],
      [2, 4]
    ),
    ("x\n1\n", ["x"], [["1"]], [2]), ("é,ü\n∞,😀\n", ["é", "ü"], [["∞", "😀"]], [2]),
  ]

  @Test(arguments: sound.indices) func tables(_ index: Int) throws {
    let (text, names, rows, lines) = Self.sound[index]
    let file = try read(text)
    #expect(file.names == names && file.rows == rows && file.lines == lines, "\(text): \(file)")
  }

  static let damaged: [(text: String, mention: String)] = [
    ("", "a first line of different names, and a line of numbers"), ("\n\n", "a line of numbers"),
    ("", "table.csv is empty"), ("x,y\n", "has one line only"), ("x,x\n1,2\n", "has two columns of one name"),
    ("x,\u{1B}[31m\n1,2\n", "has a control character in a column's name"),
    ("x,y\n1,2\n3", "line 3: 1 cell, the first line has 2"),
    ("x,y\n\n1,2,3\n", "line 3: 3 cells, the first line has 2"),
    ("x,y\n1,2\n\"3,4\n", "line 3: a quotation mark is not closed"),
    ("x,y\n\"1\" 2,3\n", "line 2: there is text after a closing quotation mark"),
  ]

  @Test(arguments: damaged.indices) func mistakesAreNamedByLine(_ index: Int) throws {
    let error = try #require(throws: DescentError.self) { try read(Self.damaged[index].text) }
    #expect(error.code == .format && error.message.contains("table.csv"))
    #expect(error.message.contains(Self.damaged[index].mention), "\(error.message)")
  }
}
