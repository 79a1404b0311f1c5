import Descent

/// What a run's targets are, and what follows from that: the losses and metrics that fit, and a model's outputs.
enum RunTargets {
  /// A class for each sample, by the classes' names.
  case classes([String])
  /// A number for each sample.
  case numbers

  /// The numbers that a model has to make of a sample.
  var outputs: Int {
    switch self {
    case .classes(let names): names.count
    case .numbers: 1
    }
  }

  /// What the outputs are, for people.
  var outputText: String {
    switch self {
    case .classes: "a number for each class"
    case .numbers: "a single number"
    }
  }

  /// What is minimized, and measured, where nothing else is asked for.
  var usualLoss: String { losses[0] }
  var usualMetrics: [String] {
    switch self {
    case .classes: ["accuracy"]
    case .numbers: ["r2"]
    }
  }

  // MARK: Losses and metrics that fit

  var areClasses: Bool {
    switch self {
    case .classes: true
    case .numbers: false
    }
  }
  private var losses: [String] { areClasses ? LossName.ofClasses : LossName.ofNumbers }
  private var metrics: [String] { areClasses ? MetricName.ofClasses : MetricName.ofNumbers }

  /// Refuses a loss of other targets.
  func check(loss: NamedLoss) throws(DescentError) {
    guard !losses.contains(loss.row.name) else { return }
    throw refusal("--loss", loss.row.name, losses)
  }

  /// The metric of a name; refuses those of other targets.
  func metric(_ name: String) throws(DescentError) -> any Metric {
    let others = areClasses ? MetricName.ofNumbers : MetricName.ofClasses
    if others.contains(name) || !areClasses && name.hasPrefix("top") {
      throw refusal("--metric", name, metrics)
    }
    return try MetricName.metric(name, among: metrics)
  }

  private func refusal(_ option: String, _ name: String, _ known: [String]) -> DescentError {
    let (own, other) = areClasses ? ("classes", "numbers") : ("numbers", "classes")
    return DescentError(
      .invalidArgument,
      "\(option) \(name) is for \(other), but the targets are \(own): for those there are \(known.joined(separator: ", "))"
    )
  }
}
