/// The documentation page about the lectures, made of their items and entries: `Documentation/Lectures.md`.
enum LecturePage {
  static var text: String {
    """
    # Lectures

    This page is made from the inventory of the lectures by `make documentation`. The lectures are five documents on gradient
    descent; each of their figures, tables, numbers, claims and exercises has an entry that computes it anew, by

        descent lecture NAME --out FOLDER

    or all of them, with a page for a browser, by

        descent lecture all --out FOLDER --data-dir DATA

    An entry writes `NAME.txt`, a table with the document's numbers beside Descent's and a sentence on what is seen, and its
    pictures as `NAME-....png` and `.svg`. Numbers that the documents print must come out in the printed digits; those that are
    a matter of chance must be in a range; times only stand beside the document's. Entries marked with a data set need its files
    (`fashion-mnist`, `airfoil`), and say so where they are not there.

    \(LectureDocument.allCases.map(section).joined(separator: "\n\n"))

    """
  }

  private static func section(_ document: LectureDocument) -> String {
    let items = LectureItem.all.filter { $0.document == document }.map { item in
      let entries = item.entries.map { "`\($0)`" }.joined(separator: ", ")
      return "| \(item.kind.rawValue) | \(cell(item.text)) | \(entries) |"
    }
    let entries = LectureEntry.all.filter { $0.document == document }.map { entry in
      "| `\(entry.name)` | \(cell(entry.title)) | \(entry.data?.rawValue ?? "") |"
    }
    return """
      ## \(document.title)

      | What there is | | Entries |
      | --- | --- | --- |
      \(items.joined(separator: "\n"))

      | Entry | What it shows | Data |
      | --- | --- | --- |
      \(entries.joined(separator: "\n"))
      """
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
