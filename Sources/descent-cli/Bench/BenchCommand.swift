import ArgumentParser
import Descent
import Foundation

/// `descent bench`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times training steps, optimizer steps, losses, Newton fits, loading and start-up.",
    discussion:
      "The limit beside some rows is what a plain loop takes to stream the same bytes, or what the divisions and square roots of an optimizer's step take at this machine's pace, if that is more; beside newton, what X'WX and its factors take at the pace of a matrix product.\n\nRows:\n"
      + BenchRow.all.map { "  " + $0.name }.joined(separator: "\n"))

  @Option(help: "The rows, as names with * and ?, separated by commas.")
  var rows: String = "*"
  @Flag(help: "Print one JSON object: seconds a step by row.")
  var json = false
  @Option(parsing: .unconditional, help: "Threads; 0 for one for each processor.")
  var threads: Int = 0
  @Flag(help: .hidden)
  var firstStep = false

  func run() throws {
    try Runtime.setThreads(threads)
    if firstStep { return try BenchRow.trainOneStep() }
    let globs = rows.split(separator: ",").map(String.init)
    let chosen = BenchRow.all.filter { row in globs.contains { fnmatch($0, row.name, 0) == 0 } }
    guard !chosen.isEmpty else {
      throw DescentError(.invalidArgument, "no row matches '\(rows)'; see descent bench --help")
    }
    var results: [(String, Double)] = []
    for row in chosen {
      let (seconds, limit) = try json ? (row.measure(), nil) : row.measureWithLimit?() ?? (row.measure(), nil)
      results.append((row.name, seconds))
      if !json {
        let name = row.name.padding(toLength: 36, withPad: " ", startingAt: 0)
        let beside = limit.map {
          String(format: "   limit %10.1f us   %3.0f %% of it", $0 * 1e6, 100 * $0 / seconds)
        }
        print(String(format: "%@ %12.1f us", name, seconds * 1e6) + (beside ?? ""))
        fflush(nil)
      }
    }
    if json {
      print("{" + results.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ") + "}")
    }
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
