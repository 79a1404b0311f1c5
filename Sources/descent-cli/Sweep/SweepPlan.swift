import Descent
import Foundation

/// The runs of a sweep: every combination of the values, as often as it is repeated.
struct SweepPlan {
  let axes: [SweepAxis]
  /// Combinations in the order of the command line, the last option changing first: an index of a value for each axis.
  let combinations: [[Int]]
  /// Those of the first combination, then those of the second ...
  private(set) var runs: [SweepRun]

  /// Asks `descent train` about every combination.
  ///
  /// - Throws: `DescentError` that names the first combination that it refuses, and what is wrong.
  init(_ axes: [SweepAxis], repeats: Int, arguments: [String]) throws(DescentError) {
    self.axes = axes
    let names = axes.flatMap(\.names)
    if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
      throw DescentError(.invalidArgument, "--over names \(twice) twice")
    }
    guard repeats >= 1 else {
      throw DescentError(.invalidArgument, "--repeat is \(repeats), must be at least 1")
    }
    guard repeats == 1 || !names.contains("seed") else {
      throw DescentError(.invalidArgument, "--over names seed, which --repeat changes: leave one of them out")
    }
    let count = axes.reduce(Double(repeats)) { $0 * Double($1.values.count) }
    guard count <= Double(Self.most) else {
      throw DescentError(.invalidArgument, "the sweep has more than \(Self.most) runs")
    }
    combinations = axes.reduce([[]]) { before, axis in
      before.flatMap { combination in axis.values.indices.map { combination + [$0] } }
    }
    let help = TrainCommand.helpMessage(columns: 1000)
    var runs: [SweepRun] = []
    for (index, combination) in combinations.enumerated() {
      let settings = zip(axes, combination).flatMap { $0.settings($1) }
      let own = arguments + settings.flatMap { $0.arguments(help) }
      let config = try Self.naming(settings) { () throws(DescentError) in try Self.config(own) }
      for number in 0..<repeats {
        let (seed, isTooLarge) = config.seed.addingReportingOverflow(UInt64(number))
        guard !isTooLarge else {
          throw DescentError(.invalidArgument, "--seed is \(config.seed), which leaves none for --repeat")
        }
        var config = config
        config.seed = seed
        runs.append(
          SweepRun(
            name: SweepRun.name(settings, seed: seed), combination: index, settings: settings, seed: seed,
            arguments: own + ["--seed=\(seed)"], config: config))
      }
    }
    self.runs = runs
    try checkDifferences()
  }

  /// Runs of one sweep: as many as folders may reasonably hold.
  private static let most = 2000

  /// What `descent train` makes of its arguments.
  private static func config(_ arguments: [String]) throws(DescentError) -> RunConfig {
    do {
      let command = try TrainCommand.parse(arguments)
      guard command.files.resume == nil else {
        throw DescentError(
          .invalidArgument, "--resume is for single runs: a sweep goes on by its own command")
      }
      return try command.resolve()
    } catch let error as DescentError {
      throw error
    } catch {
      throw DescentError(.invalidArgument, TrainCommand.message(for: error))
    }
  }

  /// Has an error name the combination that it is about.
  static func naming<Result>(
    _ settings: [SweepSetting], _ body: () throws(DescentError) -> Result
  ) throws(DescentError) -> Result {
    do {
      return try body()
    } catch {
      guard !settings.isEmpty else { throw error }
      let place = settings.map(\.text).joined(separator: ", ")
      throw DescentError(error.code, "\(place): \(error.message)")
    }
  }

  /// Values may be written in several ways, as 0.1 and 1e-1, and a run is wanted once.
  private func checkDifferences() throws(DescentError) {
    var seen: [String: String] = [:]
    for run in runs {
      if let other = seen.updateValue(run.name, forKey: try run.config.text()) {
        throw DescentError(
          .invalidArgument, "\(other) and \(run.name) are the same run: leave out one of the values")
      }
    }
  }

  /// Makes what every combination needs, once: what only the data show is named before the first run begins, and settled.
  mutating func rehearse() throws(DescentError) {
    var loaded: [[String]: any RunData] = [:]
    for index in runs.indices {
      let run = runs[index]
      try Self.naming(run.settings) { () throws(DescentError) in
        let source = run.config.source
        if let data = loaded[source] {
          try runs[index].config.settle(data)
        } else {
          loaded[source] = try runs[index].config.loadData()
        }
        let isFirst = index == 0 || runs[index - 1].combination != run.combination
        if isFirst, let data = loaded[source] { try runs[index].config.rehearse(data) }
      }
    }
  }
}

extension RunConfig {
  /// Makes all that a run with these data is made of, and throws it away.
  fileprivate func rehearse(_ data: any RunData) throws(DescentError) {
    try checkMemory(data)
    let model = try makeModel(data)
    try data.fit(model, self)
    _ = try makeOptimizer(model)
    try tryOut(data)
    _ = try makeCallbacks(base: nil)
  }
}
