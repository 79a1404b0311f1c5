import Descent
import Foundation
import Testing

/// `descent lr-find`
@Suite(.serialized) struct LRFindTests {
  private static let data = ["lr-find", "--dataset", "mnist", "--data-dir", "data", "--model", "mlp:8"]

  private func find(_ folder: String, _ more: [String]) throws -> Command {
    try Command(Self.data + more, folder: folder)
  }

  @Test func aTableAndASuggestion() throws {
    try SmallRun.withCopy { folder in
      let result = try find(
        folder, ["--from", "1e-5", "--to", "100", "--steps", "60", "--momentum", "0.9", "--out", "rate.svg"])
      #expect(result.status == 0, "\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("sgd, momentum 0.9") }, "\(result.output)")
      #expect(lines.contains { $0.split(separator: " ") == ["step", "rate", "loss", "smoothed"] })
      let last = try #require(lines.last)
      let suggestion = try #require(Double(last.dropFirst("suggested: --lr ".count)), "\(last)")
      #expect(suggestion > 1e-5 && suggestion < 10)
      let picture = try String(contentsOfFile: "\(folder)/rate.svg", encoding: .utf8)
      #expect(
        picture.contains("smoothed") && picture.contains("suggested") && picture.contains("Learning rate"))
    }
  }

  /// All steps as CSV; the same seed gives the same numbers, several batches a step make another loss.
  @Test func asCSV() throws {
    try SmallRun.withCopy { folder in
      let range = ["--from", "0.01", "--to", "1", "--steps", "5", "--csv"]
      let (one, same) = (try find(folder, range), try find(folder, range))
      #expect(one.output == same.output && one.status == 0, "\(one.errors)")
      let rows = one.output.split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0) } }
      #expect(one.output.hasPrefix("learning_rate,loss,smoothed_loss\n") && rows.count == 6)
      #expect(rows[1][0] == 0.01 && rows[5][0] == 1 && rows[1][1] == rows[1][2])
      let together = try find(folder, range + ["--accumulate", "2"])
      let others = together.output.split(separator: "\n").map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
      #expect(others.count == 6 && others[1][0] == 0.01 && others[1][1] != rows[1][1], "\(together.errors)")
    }
  }

  static let refused: [(arguments: [String], sentence: String)] = [
    (["--from", "0"], "--from is 0, must be above 0"), (["--from", "nan"], "--from is nan"),
    (["--from", "1", "--to", "0.1"], "--to is 0.1, must be above --from, 1"),
    (["--to", "inf"], "--to is inf"), (["--steps", "1"], "--steps is 1, must be in 2...10000"),
    (["--steps", "99999999"], "must be in 2...10000"), (["--out", "rate.pdf"], "must end in .png or .svg"),
    (["--optimizer", "adm"], "did you mean 'adam'"), (["--beta3", "1"], "unknown option '--beta3'"),
    (["--optimizer", "lbfgs", "--clip-norm", "1"], "leave out --clip-norm"),
    (["--config", "nowhere.yaml"], "nowhere.yaml"),
    (["--from", "1e5", "--to", "1e6"], "try others with --from and --to"),
  ]

  @Test(arguments: refused.indices) func whatIsRefused(_ index: Int) throws {
    let (arguments, sentence) = Self.refused[index]
    try SmallRun.withCopy { folder in
      let result = try find(folder, arguments)
      #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
    }
  }

  /// What users of other libraries type.
  @Test func itsOtherSpelling() throws {
    let result = try Command("lr_find")
    #expect(result.status != 0 && result.errors.contains("did you mean 'lr-find'?"), "\(result.errors)")
  }
}
