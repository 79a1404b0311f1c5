import Descent
import DescentCharts

/// Draws `loss.png` and `loss.svg`, the training loss against the samples seen, as in the lecture.
final class LossChart: TrainingCallback {
  private let checkpoints: CheckpointCallback
  private let title: String

  /// A chart beside checkpoints, drawn if there are any of the run: it must not replace that of a better one.
  init(_ checkpoints: CheckpointCallback, config: RunConfig) {
    self.checkpoints = checkpoints
    title = "\(config.optimizerText), batch \(config.batchSize), \(config.dataset)"
  }

  func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    let points = trainer.history.curve.map { (x: Double($0.samples), y: $0.loss) }
    guard !points.isEmpty && checkpoints.hasSaved else { return }
    let folder = checkpoints.folder
    let chart = LineChart(
      title: title, xLabel: "# of samples", yLabel: "Training loss", lines: [.init(points: points)])
    do {
      try chart.write(.png, to: "\(folder)/loss.png")
      try chart.write(.svg, to: "\(folder)/loss.svg")
    } catch {
      warn("no loss.png and loss.svg: \(error)")
    }
  }
}
