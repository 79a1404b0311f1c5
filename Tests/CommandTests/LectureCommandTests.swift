import Descent
import Foundation
import Testing

/// `descent lecture`.
@Suite struct LectureCommandTests {
  /// The indented lines that a list has.
  private func lines(_ list: String) throws -> [Substring] {
    let result = try Command("lecture", list)
    #expect(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
  }

  private func entries() throws -> [String] {
    try lines("list").map { String($0.dropFirst(2).prefix { $0 != " " }) }
  }

  /// Every item of the documents has entries, and every entry is some item's.
  @Test func itemsHaveEntries() throws {
    let entries = try entries()
    #expect(Set(entries).count == entries.count && entries.count > 100)
    let items = try lines("items")
    #expect(items.count > 150)
    var named: Set<String> = []
    for item in items {
      let list = item[(item.range(of: ": ", options: .backwards)?.upperBound ?? item.endIndex)...]
      let names = list.prefix { $0 != "(" }.split(separator: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      #expect(!names.isEmpty && names.allSatisfy(entries.contains), "\(item)")
      named.formUnion(names)
    }
    #expect(Set(entries).subtracting(named).isEmpty)
  }

  /// What the documents print, and is no matter of chance.
  @Test func printedNumbersAgree() throws {
    try withTemporaryFolder { folder in
      let names = [
        "article-data", "article-plain", "article-weight-decay", "article-momentum", "article-final",
        "article-source", "sampling", "epoch-counts", "torch-sgd", "torch-adam", "loss-cross-entropy",
        "rates-dynamic", "lab-lambda", "scalar-rates",
      ]
      let result = try Command(["lecture"] + names + ["--out", folder])
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      let text = try String(contentsOfFile: "\(folder)/article-momentum.txt", encoding: .utf8)
      #expect(text.contains("5.5695") && text.contains("3.4704") && !text.contains("fail"))
      let page = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
      for name in names {
        #expect(page.contains("<article id=\"\(name)\">"), "\(name)")
      }
      // It is whole in itself: nothing comes from elsewhere, and every picture that it shows is there.
      #expect(!page.contains("http") && !page.contains("<script"))
      for match in page.matches(of: /src="([^"]+)"/) {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(match.output.1)"), "\(match.output.1)")
      }
    }
  }

  @Test func pathsAreDrawn() throws {
    try withTemporaryFolder { folder in
      let result = try Command("lecture", "valley-adagrad", "--out", folder)
      #expect(result.status == 0 && result.output.contains("4 of 4 pass"), "\(result.output)\(result.errors)")
      for ending in ["png", "svg"] {
        let size = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/valley-adagrad-path.\(ending)")).count
        #expect(size > 5000, "\(ending)")
      }
    }
  }

  /// Nothing is fetched: an entry without its data says so, and is no failure.
  @Test func missingDataAreNamed() throws {
    try withTemporaryFolder { folder in
      let result = try Command("lecture", "airfoil-gd", "--out", "\(folder)/out", "--data-dir", folder)
      #expect(result.status == 0 && result.output.contains("no airfoil data"), "\(result.output)")
      #expect(result.errors.contains("needs the airfoil files: give their folder by --data-dir"))
    }
  }

  @Test func mistakesAreNamed() throws {
    let wrong: [([String], String)] = [
      (["artikel-plain"], "did you mean 'article-plain'?"),
      (["article-plain", "list"], "'list' stands alone, without names of entries"),
      (["list", "--out", "x"], "descent lecture list prints a table, and writes nothing"),
      ([], "Missing expected argument"),
    ]
    for (arguments, sentence) in wrong {
      let result = try Command(["lecture"] + arguments)
      #expect(result.status != 0 && result.errors.contains(sentence), "\(arguments): \(result.errors)")
    }
  }
}
