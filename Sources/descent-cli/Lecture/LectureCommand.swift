import ArgumentParser
import Descent
import Foundation

/// `descent lecture`
struct LectureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lecture",
    abstract: "Reproduces the lectures: their figures, tables, claims and exercises.",
    discussion: """
      descent lecture list
      descent lecture items
      descent lecture article-momentum --out lecture
      descent lecture all --out lecture --data-dir data

      Each entry has a table with the document's numbers beside Descent's, pictures as PNG and SVG, and a sentence on what is \
      seen. Several, or all, get a page too, index.html. items lists what the documents have, in their order, with the entries \
      for it. Entries that need Fashion-MNIST or the airfoil data say so where \
      these are not there; nothing is downloaded. The exit code is 1 where a number is not what it must be.
      """)

  @Argument(
    help: ArgumentHelp("Names of entries, all, list, or items.", valueName: "list | items | all | names"))
  var names: [String]
  @Option(help: "The folder for tables and pictures. (default: descent-lecture)")
  var out: String?
  @Option(help: "The folder that has fashion-mnist and airfoil.")
  var dataDir: String?
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "With list: print the documentation page.")
  var markdown = false

  func run() throws {
    guard !markdown || names == ["list"] else {
      throw DescentError(.invalidArgument, "--markdown goes with descent lecture list")
    }
    if names == ["list"] || names == ["items"] {
      guard out == nil, dataDir == nil else {
        throw DescentError(.invalidArgument, "descent lecture \(names[0]) prints a table, and writes nothing")
      }
      if markdown { return try print(LecturePage.text, terminator: "") }
      return try print(names == ["list"] ? Self.table : Self.items)
    }
    let entries = try chosen()
    try threads.apply()
    let folder = out ?? "descent-lecture"
    try Folder.make(folder)
    let data = LectureData(directory: dataDir)
    var outcomes: [LectureOutcome] = []
    for entry in entries {
      let outcome = try LectureOutcome(entry, data: data, folder: folder)
      try AtomicFile.write(outcome.text + "\n", to: "\(folder)/\(entry.name).txt")
      try print(
        entries.count == 1
          ? outcome.text
          : "\(entry.name.padded(to: Self.width))  \(outcome.verdict)"
            + String(format: ", %.1f s", outcome.seconds))
      if let complaint = outcome.complaint { warn("\(entry.name): \(complaint)") }
      outcomes.append(outcome)
    }
    if outcomes.count > 1 {
      try AtomicFile.write(LectureIndex(outcomes).html, to: "\(folder)/index.html")
      try print("written: \(folder)/index.html")
    }
    guard outcomes.allSatisfy(\.isGood) else { throw ExitCode.failure }
  }

  private func chosen() throws(DescentError) -> [LectureEntry] {
    let entries = LectureEntry.all
    guard names != ["all"] else { return entries }
    var chosen: [LectureEntry] = []
    for name in names {
      guard !["all", "list", "items"].contains(name) else {
        throw DescentError(.invalidArgument, "'\(name)' stands alone, without names of entries")
      }
      guard let entry = entries.first(where: { $0.name == name }) else {
        throw .unknown(
          "entry", name, among: entries.map(\.name) + ["all", "list", "items"],
          described: "those of descent lecture list, and all")
      }
      chosen.append(entry)
    }
    return chosen
  }

  private static var width: Int { LectureEntry.all.map(\.name.count).max() ?? 0 }

  /// What there is, by document.
  private static var table: String {
    LectureDocument.allCases.map { document in
      let lines = LectureEntry.all.filter { $0.document == document }.map { entry in
        let facts = [entry.isExercise ? "exercise" : nil, entry.data.map { "needs \($0.rawValue)" }]
          .compactMap(\.self)
        return "  \(entry.name.padded(to: width))  \(entry.title)"
          + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
      }
      return "\(document.title)\n" + lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// What the documents have, in their order: kind, text, entries.
  private static var items: String {
    LectureDocument.allCases.map { document in
      let lines = LectureItem.all.filter { $0.document == document }.map { item in
        "  \(item.kind.rawValue.padded(to: 8))  \(item.text): \(item.entries.joined(separator: ", "))"
          + (item.reason.map { " (\($0))" } ?? "")
      }
      return "\(document.title)\n" + lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
