import Descent

/// What `descent trace` prints.
struct TraceTable {
  let rule: TracedRule
  let trace: Trace
  /// Whether learning rates are shown.
  let hasSchedule: Bool

  /// Points of the table, at most.
  private static let rows = 21

  /// The first point, the last, and some between.
  var text: String {
    let last = trace.points.count - 1
    let steps = last < Self.rows ? Array(0...last) : (0..<Self.rows).map { $0 * last / (Self.rows - 1) }
    let header = ["step", "x1", "x2", "value"] + (hasSchedule ? ["learning rate"] : [])
    let cells = steps.map { step in
      ["\(step)"] + trace.points[step].map(brief) + [brief(trace.values[step])]
        + (hasSchedule ? [rate(step).map(brief) ?? ""] : [])
    }
    return "\(rule.text)\n\(aligned([header] + cells))"
  }

  /// The learning rate of the step that led here.
  private func rate(_ step: Int) -> Double? { step == 0 ? nil : trace.learningRates[step - 1] }

  static let csvHeader = "rule,step,x1,x2,value,learning_rate"

  /// All points, in full.
  var csv: [String] {
    let name = "\"\(rule.text)\""
    return trace.points.indices.map { step in
      let rate = rate(step).flatMap { $0.isNaN ? nil : "\($0)" } ?? ""
      let point = trace.points[step]
      return "\(name),\(step),\(point[0]),\(point[1]),\(trace.values[step]),\(rate)"
    }
  }

  /// Where the trace comes lowest, if that is not its end.
  var lowest: String? {
    let step = trace.lowest
    guard step != trace.points.count - 1 else { return nil }
    return "lowest at step \(step): \(Self.place(trace.points[step])), value \(brief(trace.values[step]))"
  }

  /// Where it went beyond all numbers.
  var divergence: String? {
    trace.divergedAt.map {
      "diverged: step \($0) leads from \(Self.place(trace.points.last!)) beyond what numbers can hold"
    }
  }

  /// "(-5, -2)"
  static func place(_ point: [Double]) -> String { "(\(point.map(brief).joined(separator: ", ")))" }
}
