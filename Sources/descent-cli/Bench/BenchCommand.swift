import ArgumentParser
import Descent
import Foundation

/// `descent bench`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times training steps, optimizer steps, losses, Newton fits, loading and start-up.",
    discussion:
      "Beside some rows stands what parts of them take at the least on this machine: the same bytes streamed by a plain loop; an optimizer's divisions and square roots in the first cache; X'WX and its factors at the pace of a matrix product. The percentage is the larger one's share of the time. Beside the rows of Trainer.fit stands the same without what they have: the percentage is what that costs."
      + "\n\nRows:\n"
      + BenchRow.all.map { "  " + $0.name }.joined(separator: "\n"))

  @Option(help: "The rows, as names with * and ?, separated by commas.")
  var rows: String = "*"
  @Flag(help: "Print one JSON object: seconds a step by row.")
  var json = false
  @OptionGroup var threads: ThreadArguments
  @Flag(help: .hidden)
  var firstStep = false

  func run() throws {
    try threads.apply()
    if firstStep { return try BenchRow.trainOneStep() }
    let globs = rows.split(separator: ",").map(String.init)
    let chosen = BenchRow.all.filter { row in globs.contains { fnmatch($0, row.name, 0) == 0 } }
    guard !chosen.isEmpty else {
      let hint =
        Nearest.name(to: rows, among: BenchRow.all.map(\.name)).map { "did you mean '\($0)'? See" } ?? "see"
      throw DescentError(.invalidArgument, "no row matches '\(rows)'; \(hint) descent bench --help")
    }
    var results: [(String, Double)] = []
    for row in chosen {
      let (seconds, beside) = try json ? (row.measure(), "") : timing(row)
      results.append((row.name, seconds))
      if !json {
        let name = row.name.padded(to: 36)
        try print(String(format: "%@ %12.1f us", name, seconds * 1e6) + beside)
      }
    }
    if json {
      try print("{" + results.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ") + "}")
    }
  }

  /// Seconds a step, and what stands beside them.
  private func timing(_ row: BenchRow) throws -> (seconds: Double, beside: String) {
    func text(_ name: String, _ seconds: Double) -> String {
      String(format: "   %@ %10.1f us", name, seconds * 1e6)
    }
    if let (seconds, base) = try row.measureWithBase?() {
      let share = 100 * (seconds / base.seconds - 1)
      return (seconds, text(base.name, base.seconds) + String(format: "   %+5.1f %%", share))
    }
    guard let (seconds, limits) = try row.measureWithLimits?() else { return (try row.measure(), "") }
    let nearest = limits.map(\.seconds).max().map { String(format: "   %3.0f %%", 100 * $0 / seconds) }
    return (seconds, limits.map(text).joined() + (nearest ?? ""))
  }
}

/// The best mean seconds a call over several rounds, after a warm-up: how peers are timed too.
func bestSeconds(budget: Double = 1.2, rounds: Int = 5, _ step: (Int) throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  for i in 0..<3 { try step(i) }
  let one = try max(clock.measure { try step(0) }.seconds, 1e-7)
  let count = max(3, Int(budget / Double(rounds) / one))
  var best = Double.infinity
  for _ in 0..<rounds {
    let seconds = try clock.measure { for i in 0..<count { try step(i) } }.seconds
    best = min(best, seconds / Double(count))
  }
  return best
}
