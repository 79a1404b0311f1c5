import Descent
import DescentCharts

/// Draws `loss.png`, the training loss against the samples seen, as in the lecture, with the validation's; and
/// `metrics.png`, the metrics and the learning rate. Each as SVG too.
final class RunCharts: KeepsSteppedWeights {
  private let checkpoints: CheckpointCallback
  private let title: String

  /// Charts beside checkpoints, drawn if there are any of the run: they must not replace those of a better one.
  init(_ checkpoints: CheckpointCallback, config: RunConfig) {
    self.checkpoints = checkpoints
    title = "\(config.optimizerText), batch \(config.batchSize), \(config.datasetTitle)"
  }

  func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    guard checkpoints.hasSaved else { return }
    let history = trainer.history
    if !history.curve.isEmpty { draw(loss(history), "loss") }
    if !history.epochs.isEmpty && !history.metricNames.isEmpty { draw(metrics(history), "metrics") }
  }

  private func draw(_ chart: LineChart, _ name: String) {
    do {
      try chart.write(.png, to: "\(checkpoints.folder)/\(name).png")
      try chart.write(.svg, to: "\(checkpoints.folder)/\(name).svg")
    } catch {
      warn("no \(name).png and \(name).svg: \(error)")
    }
  }

  private func loss(_ history: History) -> LineChart {
    func points(_ curve: [CurvePoint]) -> [(x: Double, y: Double)] {
      curve.map { (Double($0.samples), $0.loss) }
    }
    let lines: [LineChart.Line] = [
      .init(name: "training, a batch", points: points(history.curve), style: .faint),
      .init(name: "training, smoothed", points: points(history.smoothedCurve())),
      .init(name: "validation", points: epochs(history, "validation_loss"), style: .marked),
    ]
    return LineChart(
      title: title, xLabel: "# of samples", yLabel: "Loss", lines: lines.filter { !$0.points.isEmpty })
  }

  private func metrics(_ history: History) -> LineChart {
    let prefixes = ["validation", "train"].filter { !epochs(history, "\($0)_loss").isEmpty }
    var lines: [LineChart.Line] = []
    for name in history.metricNames {
      for prefix in prefixes {
        let points = epochs(history, "\(prefix)_\(name)")
        if !points.isEmpty { lines.append(.init(name: "\(prefix) \(name)", points: points, style: .marked)) }
      }
    }
    let rate = history.curve.map { (x: Double($0.samples), y: $0.learningRate) }.filter { $0.y.isFinite }
    if !rate.isEmpty { lines.append(.init(name: "learning rate", points: rate, isOnRight: true)) }
    return LineChart(
      title: title, xLabel: "# of samples", yLabel: "Metrics", rightLabel: "Learning rate", lines: lines)
  }

  /// A column of the history against the samples at each epoch's end.
  private func epochs(_ history: History, _ column: String) -> [(x: Double, y: Double)] {
    history.epochs.compactMap { record in record[column].map { (Double(record.samples), $0) } }
  }
}
