import Descent
import DescentCharts

/// Draws `loss.png` and `loss.svg`, the training loss against the samples seen, as in the lecture.
final class LossChart: TrainingCallback {
  private let folder: String
  private let title: String

  init(folder: String, config: RunConfig) {
    self.folder = folder
    let options = config.optimizer.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    title = ([config.optimizer.name] + options + ["batch \(config.batchSize)", config.dataset]).joined(
      separator: ", ")
  }

  func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
    let points = trainer.history.curve.map { (x: Double($0.samples), y: $0.loss) }
    guard !points.isEmpty else { return }
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
