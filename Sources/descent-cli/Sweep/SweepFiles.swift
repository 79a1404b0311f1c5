import Descent
import Foundation

/// A sweep's results for programs.
extension SweepResults {
  /// Every file of them.
  static let (runsFile, summaryFile, jsonFile) = ("runs.csv", "summary.csv", "results.json")

  /// Writes them into a folder.
  func write(to folder: String) throws(DescentError) {
    try AtomicFile.write(runsCSV, to: "\(folder)/\(Self.runsFile)")
    try AtomicFile.write(summaryCSV, to: "\(folder)/\(Self.summaryFile)")
    try AtomicFile.write(json + "\n", to: "\(folder)/\(Self.jsonFile)")
  }

  private var names: [String] { rows.first?.settings.map(\.name).filter { $0 != "seed" } ?? [] }
  private var measured: [String] { measure.columns.filter { $0 != "epoch" } }

  /// A line for each run, in the order of the grid.
  private var runsCSV: String {
    let header = ["run"] + names + ["seed", "outcome"] + measure.columns
    let lines = results.map { result in
      [result.run.name] + names.map(result.run.value) + ["\(result.run.seed)", result.outcome.rawValue]
        + measure.columns.map { Self.text(result.value($0)) }
    }
    return CSVFile.text([header] + lines)
  }

  /// A line for each combination, from the best to the worst.
  private var summaryCSV: String {
    let header = names + ["runs", "finished", "diverged"] + measured.flatMap { [$0, "\($0)_std"] }
    let lines = rows.map { row in
      names.map(row.results[0].run.value)
        + [
          "\(row.results.count)", "\(row.finished.count)", "\(row.results.count { $0.outcome == .diverged })",
        ]
        + measured.flatMap { column in
          let statistic = row.statistic(column)
          return [Self.text(statistic?.mean), Self.text(statistic?.spread)]
        }
    }
    return CSVFile.text([header] + lines)
  }

  private static func text(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    return value.short
  }

  // MARK: JSON

  /// Both, and what they were compared by.
  private var json: String {
    let combinations = rows.enumerated().map { index, row -> [String: Any] in
      var (means, spreads) = ([String: Any](), [String: Any]())
      for column in measured {
        let statistic = row.statistic(column)
        means[column] = (statistic?.mean ?? .nan).jsonObject
        spreads[column] = (statistic?.spread ?? .nan).jsonObject
      }
      return [
        "settings": row.results[0].run.settingsObject, "runs": row.results.map(\.run.name), "mean": means,
        "std": spreads, "finished": row.finished.count,
        "diverged": row.results.count { $0.outcome == .diverged }, "best": isBest(index),
      ]
    }
    return Self.text(
      [
        "by": measure.column, "epoch": measure.epoch.rawValue, "combinations": combinations,
        "runs": results.map { $0.object(measure.columns) },
      ], [.prettyPrinted])
  }

  fileprivate static func text(_ object: [String: Any], _ options: JSONSerialization.WritingOptions) -> String
  {
    let all = options.union([.sortedKeys, .withoutEscapingSlashes])
    let data = try? JSONSerialization.data(withJSONObject: object, options: all)
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}

extension SweepRun {
  /// What an option is set to; empty where it is left out.
  fileprivate func value(_ name: String) -> String { settings.first { $0.name == name }?.value ?? "" }

  fileprivate var settingsObject: [String: Any] {
    Dictionary(
      uniqueKeysWithValues: settings.map { ($0.name, $0.value.isEmpty ? NSNull() : $0.value as Any) })
  }
}

extension SweepResult {
  /// A line of JSON.
  func json(_ measure: SweepMeasure) -> String { SweepResults.text(object(measure.columns), []) }

  fileprivate func object(_ columns: [String]) -> [String: Any] {
    var values: [String: Any] = [:]
    for column in columns { values[column] = (value(column) ?? .nan).jsonObject }
    return [
      "run": run.name, "settings": run.settingsObject, "seed": run.seed, "outcome": outcome.rawValue,
      "message": message.map { $0 as Any } ?? NSNull(), "values": values,
    ]
  }
}

extension Double {
  /// JSON has no NaN and no infinity.
  fileprivate var jsonObject: Any { isFinite ? self as Any : NSNull() }
}
