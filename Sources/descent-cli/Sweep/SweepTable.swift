import Descent
import Foundation

/// A sweep's results for people.
extension SweepResults {
  /// A line for each combination, from the best to the worst.
  var table: String {
    let names = rows.first?.settings.map(\.name) ?? []
    let columns = measure.columns.filter {
      ($0.hasPrefix("validation_") || ["train_loss", "seconds", measure.column].contains($0))
        && !["epoch", "samples", "learning_rate"].contains($0)
    }
    let ordered = [measure.column] + columns.filter { $0 != measure.column }
    let header = names + ["runs"] + ordered.map { $0.replacing("_", with: " ") } + [""]
    let lines = rows.enumerated().map { index, row in
      row.settings.map { $0.value.isEmpty ? "-" : $0.value } + [row.state]
        + ordered.map { Self.text(row.statistic($0), $0) } + [isBest(index) ? "best" : ""]
    }
    return aligned([header] + lines).split(separator: "\n").map(\.trimmedAtEnd).joined(separator: "\n")
      + "\n\(legend)"
  }

  /// What the numbers are.
  private var legend: String {
    let repeats = rows.map(\.results.count).max() ?? 1
    let spread = repeats > 1 ? "; mean ± standard deviation over the seeds" : ""
    return "by \(measure.column) of each run's \(measure.epoch.rawValue) epoch\(spread)"
  }

  /// "91.20% ± 0.30%"
  private static func text(_ statistic: SweepRow.Statistic?, _ column: String) -> String {
    guard let statistic else { return "-" }
    func text(_ value: Double) -> String {
      column == "seconds" ? String(format: "%.2f", value) : value.text(of: column)
    }
    return text(statistic.mean) + (statistic.spread.isNaN ? "" : " ± \(text(statistic.spread))")
  }
}

extension SweepResult {
  /// What is said of a run as it ends.
  func line(_ measure: SweepMeasure) -> String {
    let place = "\(run.name): "
    guard outcome == .finished else { return place + "\(outcome.rawValue): \(message ?? "")" }
    guard let number = value(measure.column), let seconds = value("seconds") else {
      return place + "no epochs"
    }
    return place + "\(measure.column) \(number.text(of: measure.column)), "
      + String(format: "%.2f s", seconds)
  }
}

extension Substring {
  fileprivate var trimmedAtEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
