import Descent

/// What a run has come to.
struct SweepResult {
  let run: SweepRun
  let outcome: SweepRecord.Outcome
  let message: String?
  let history: History
  /// The epoch that speaks for it; nil where it has none.
  let record: EpochRecord?

  init(_ run: SweepRun, _ folder: SweepFolder, _ measure: SweepMeasure) throws(DescentError) {
    self.run = run
    let entry = folder.entry(run)
    (outcome, message) = (entry.outcome, entry.message)
    let path = folder.folder(run)
    if outcome == .waiting || !RunFolder.holdsState(path) {
      history = History()
    } else if outcome.isFinal {
      history = try Checkpoint.history(in: path)
    } else {
      // What stood in a run's way may be its state.
      history = (try? Checkpoint.history(in: path)) ?? History()
    }
    record = measure.epoch(of: history)
  }

  /// A column's number; seconds are those of all epochs.
  func value(_ column: String) -> Double? {
    guard let record else { return nil }
    return column == "seconds" ? history.epochs.map(\.seconds).reduce(0, +) : record[column]
  }
}

/// What the runs of one combination have come to.
struct SweepRow {
  /// A mean with its spread over the repeats: the standard deviation of a sample, NaN of a single one.
  struct Statistic {
    let mean: Double
    let spread: Double

    init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let all = Tensor(values, dtype: .float64)
      mean = all.mean().item()
      spread = values.count > 1 ? all.standardDeviation().item() : .nan
    }
  }

  let settings: [SweepSetting]
  let results: [SweepResult]

  /// Those that are done, and have not diverged.
  var finished: [SweepResult] { results.filter { $0.outcome == .finished } }
  /// Whether each of its runs is one of those.
  var isWhole: Bool { finished.count == results.count }

  /// A column over the finished runs; nil where none has it.
  func statistic(_ column: String) -> Statistic? { Statistic(finished.compactMap { $0.value(column) }) }

  /// How many are done, and what is to be said of the others: "3", "2 of 3: 1 diverged".
  var state: String {
    guard !isWhole else { return "\(results.count)" }
    let others: [(SweepRecord.Outcome, String)] = [
      (.diverged, "diverged"), (.failed, "failed"), (.begun, "begun"), (.waiting, "waiting"),
    ]
    let counts = others.compactMap { outcome, word -> String? in
      let count = results.count { $0.outcome == outcome }
      return count == 0 ? nil : results.count == 1 ? word : "\(count) \(word)"
    }
    let done = results.count == 1 ? "" : "\(finished.count) of \(results.count), "
    return done + counts.joined(separator: ", ")
  }
}

/// What a sweep has come to: its combinations from the best to the worst.
struct SweepResults {
  let plan: SweepPlan
  let measure: SweepMeasure
  /// In the plan's order.
  let results: [SweepResult]
  /// From the best to the worst; those with runs that are not finished come last.
  let rows: [SweepRow]

  init(_ plan: SweepPlan, _ folder: SweepFolder, _ measure: SweepMeasure) throws(DescentError) {
    var results: [SweepResult] = []
    for run in plan.runs { results.append(try SweepResult(run, folder, measure)) }
    (self.plan, self.measure, self.results) = (plan, measure, results)
    let rows = Dictionary(grouping: results, by: \.run.combination).sorted { $0.key < $1.key }.map {
      SweepRow(settings: $0.value[0].run.settings, results: $0.value)
    }
    let means = rows.map { $0.statistic(measure.column)?.mean ?? .nan }
    self.rows = rows.indices.sorted { a, b in
      if rows[a].isWhole != rows[b].isWhole { return rows[a].isWhole }
      if measure.isBetter(means[a], than: means[b]) { return true }
      return a < b && !measure.isBetter(means[b], than: means[a])
    }.map { rows[$0] }
  }

  /// Whether a row is the best: known when every run is over, and only what is whole can be.
  func isBest(_ index: Int) -> Bool {
    index == 0 && rows.count > 1 && rows[0].isWhole && results.allSatisfy { $0.outcome.isFinal }
      && !(rows[0].statistic(measure.column)?.mean ?? .nan).isNaN
  }
}
