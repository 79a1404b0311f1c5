import Foundation

/// The page that shows all entries: one file beside the pictures, without anything from elsewhere.
struct LectureIndex {
  private let outcomes: [LectureOutcome]
  private let byName: [String: LectureOutcome]

  init(_ outcomes: [LectureOutcome]) {
    self.outcomes = outcomes
    byName = Dictionary(outcomes.map { ($0.entry.name, $0) }) { first, _ in first }
  }

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>The lectures, by Descent</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <h1>The lectures, by Descent</h1>
    <p>Every figure, table, claim and exercise of five documents on gradient descent, computed anew. Each table has the document's \
    numbers beside Descent's, and what ours may be: the same in the printed digits or, where they are a matter of chance, in a \
    range. \(summary)</p>
    <nav><ul>
    \(LectureDocument.allCases.map { "<li><a href=\"#\($0.rawValue)\">\(Self.escaped($0.title))</a></li>" }.joined(separator: "\n"))
    </ul></nav>
    \(LectureDocument.allCases.map(document).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  // On a phone pictures scroll sideways: in its width their letters would be too small.
  private static let style = """
    :root { color-scheme: light; }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; overflow-wrap: break-word; }
    main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
    h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 2px solid #0072b2; } h3 { margin-bottom: .25rem; }
    article { margin: 2rem 0; padding-top: .5rem; border-top: 1px solid #d8d8d8; }
    figure { margin: 1rem 0; } img { max-width: 100%; height: auto; } figcaption { color: #505050; font-size: .9rem; }
    .table { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
    th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #e4e4e4; }
    td { font-variant-numeric: tabular-nums; }
    .pass { color: #00664a; } .fail { color: #b03a00; font-weight: bold; } .note { color: #505050; }
    code { background: #f2f4f6; padding: .1rem .3rem; font-size: .85rem; } summary { cursor: pointer; color: #0060a0; }
    a { color: #0060a0; }
    @media (max-width: 40rem) { figure a { display: block; overflow-x: auto; } figure img { max-width: none; height: 22rem; } }
    """

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private var summary: String {
    let judged = outcomes.flatMap(\.sheet.rows).compactMap(\.passes)
    let failing = outcomes.filter { !$0.isGood }.count
    let absent = outcomes.count { if case .absent = $0.end { true } else { false } }
    let parts = [
      "\(outcomes.count) entries, \(judged.count) numbers and claims checked, \(judged.count { $0 }) pass.",
      failing > 0 ? "\(failing) entries have something that fails." : nil,
      absent > 0 ? "\(absent) entries need data that were not given." : nil,
    ]
    return parts.compactMap(\.self).joined(separator: " ")
  }

  // MARK: Parts

  private func document(_ document: LectureDocument) -> String {
    let items = LectureItem.all.filter { $0.document == document }
    let entries = outcomes.filter { $0.entry.document == document }
    return """
      <section id="\(document.rawValue)">
      <h2>\(Self.escaped(document.title))</h2>
      <details><summary>All \(items.count) items of the document, in its order</summary>
      <div class="table"><table>
      \(items.map(item).joined(separator: "\n"))
      </table></div></details>
      \(entries.map(entry).joined(separator: "\n"))
      </section>
      """
  }

  private func item(_ item: LectureItem) -> String {
    let links = item.entries.map { name in
      guard let outcome = byName[name] else { return name }
      let verdict = "<span class=\"\(Self.kind(outcome))\">\(outcome.verdict)</span>"
      return "<a href=\"#\(name)\">\(name)</a> \(verdict)"
    }
    let reason = item.reason.map { " (\(Self.escaped($0)))" } ?? ""
    return
      "<tr><td>\(item.kind.rawValue)</td><td>\(Self.escaped(item.text))\(reason)</td><td>\(links.joined(separator: "<br>"))</td></tr>"
  }

  private static func kind(_ outcome: LectureOutcome) -> String {
    if case .absent = outcome.end { return "note" }
    return outcome.isGood ? "pass" : "fail"
  }

  private func entry(_ outcome: LectureOutcome) -> String {
    let (entry, sheet) = (outcome.entry, outcome.sheet)
    let paragraphs =
      sheet.remarks
      + (sheet.shortenings.isEmpty ? [] : ["Shortened: " + sheet.shortenings.joined(separator: " ")])
    return """
      <article id="\(entry.name)">
      <h3>\(Self.escaped(entry.title))</h3>
      <p class="note">\(entry.isExercise ? "Exercise. " : "")<code>descent lecture \(entry.name)</code> \
      <span class="\(Self.kind(outcome))">\(outcome.verdict)</span>\(outcome.complaint.map { ": " + Self.escaped($0) } ?? "")</p>
      \(paragraphs.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n"))
      \(sheet.pictures.map(picture).joined(separator: "\n"))
      \(table(sheet.rows))
      </article>
      """
  }

  private func picture(_ picture: LectureSheet.Picture) -> String {
    """
    <figure><a href="\(picture.file).svg"><img src="\(picture.file).png" loading="lazy" alt="\(Self.escaped(picture.caption))"></a>
    <figcaption>\(Self.escaped(picture.caption))</figcaption></figure>
    """
  }

  /// Long tables are folded: a phone shows pictures first.
  private func table(_ rows: [LectureRow]) -> String {
    guard !rows.isEmpty else { return "" }
    let header = "<tr>" + LectureRow.header.map { "<th>\($0)</th>" }.joined() + "</tr>"
    let lines = rows.map { row in
      "<tr>" + row.cells.dropLast().map { "<td>\(Self.escaped($0))</td>" }.joined()
        + "<td class=\"\(row.verdict)\">\(row.verdict)</td></tr>"
    }
    let table = "<div class=\"table\"><table>\n\(header)\n\(lines.joined(separator: "\n"))\n</table></div>"
    return rows.count > 12
      ? "<details><summary>The table, \(rows.count) lines</summary>\(table)</details>" : table
  }
}
