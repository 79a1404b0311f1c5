import Descent
import Foundation

/// What the training loop costs, and what is added to it.
extension BenchRow {
  static var fits: [BenchRow] {
    let name = "fit/mlp/sgd/b16"
    let all = FitRun.Extra.allCases
    let loop = cost(name, of: { try pieces(FitRun()) }, beside: "written out") {
      try FitRun.writtenOut(steps: piece)
    }
    let extras = (all.map { [$0] } + [all]).map { extras in
      cost(
        "\(name)/" + extras.map(\.rawValue).joined(separator: "+"), of: { try pieces(FitRun(extras)) },
        beside: "without"
      ) { try pieces(FitRun()) }
    }
    return [loop] + extras + [saving("\(name)/save-every-2s")]
  }

  /// Seconds a step, measured again and again.
  private typealias Measure = () throws -> Double

  /// What two things take that prepare themselves, in turns, since this machine's pace may change.
  private static func cost(
    _ name: String, turns: Int = 12, of thing: @escaping () throws -> Measure, beside baseName: String,
    _ base: @escaping () throws -> Measure
  ) -> BenchRow {
    var row = BenchRow(name: name) {
      let measure = try thing()
      return try (0..<3).map { _ in try measure() }.min()!
    }
    row.measureWithBase = {
      let (measure, measureBase) = (try thing(), try base())
      var (best, bestBase) = (Double.infinity, Double.infinity)
      for _ in 0..<turns {
        best = min(best, try measure())
        bestBase = min(bestBase, try measureBase())
      }
      return (best, (baseName, bestBase))
    }
    return row
  }

  /// The steps that are timed at once: enough for the beginning and the end of `fit` to disappear.
  private static let piece = 500

  private static func pieces(_ run: FitRun) -> Measure { { try run.seconds(steps: piece) } }

  /// Runs of eight seconds: too short ones would have a save more or less.
  private static func saving(_ name: String) -> BenchRow {
    func long(_ run: FitRun) throws -> Measure {
      let steps = Int(8 / (try run.seconds(steps: piece)))
      return { try run.seconds(steps: steps) }
    }
    return cost(name, turns: 3, of: { try long(FitRun(savingEvery: 2)) }, beside: "without") {
      try long(FitRun())
    }
  }
}
