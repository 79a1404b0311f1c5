import Descent
import DescentCharts
import Foundation

/// A training run on Fashion-MNIST, as the lectures have them: cross entropy, test images after each epoch.
struct FashionRun {
  let name: String
  var model = "mlp"
  var rule: any OptimizerRule
  var batchSize: Int
  var epochs: Int
  /// Images, and test images; nil: all.
  var images: Int?, testImages: Int?
  /// Whether each epoch has an order of its own: the slides' script takes them as they come.
  var shuffle = false
  /// What the learning rate follows, by epochs.
  var schedule: Schedule?
  var callbacks: [any TrainingCallback] = []

  /// How a run went, and whether it came to an end.
  struct Result {
    let name: String
    let history: History
    let divergence: String?

    var last: EpochRecord? { history.epochs.last }
    var accuracy: Double { last?.validationMetrics["accuracy"] ?? 0 }

    /// Every hundredth batch's loss against the samples seen.
    var curve: [(x: Double, y: Double)] { history.curve.map { (Double($0.samples), $0.loss) } }

    func column(_ name: String) -> [(x: Double, y: Double)] {
      history.epochs.compactMap { record in record[name].map { (Double(record.epoch), $0) } }
    }
  }

  /// Trains; a run that diverges is drawn as far as it went.
  func train(_ data: LectureData) throws -> Result {
    let (training, test) = try data.fashionMNIST(images, test: testImages)
    manualSeed(0)
    let module = try ModelSpec(model).make(
      input: [1, 28, 28], outputs: .classes(StandardDataset.fashionMNIST.classNames))
    let trainer = Trainer(
      model: module, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: module, rule))
    trainer.divergenceFactor = nil
    let scheduling: [any TrainingCallback] = schedule.map { [ScheduleCallback($0, per: .epoch)] } ?? []
    let loader = try DataLoader(training, batchSize: batchSize, shuffle: shuffle, seed: shuffle ? 0 : nil)
    let divergence = try fit(
      trainer, loader, try DataLoader(test, batchSize: 500), scheduling + callbacks)
    return Result(name: name, history: trainer.history, divergence: divergence)
  }

  /// What a run that went beyond all numbers says; nil for one that came to its end.
  private func fit(
    _ trainer: Trainer, _ loader: any BatchSource, _ test: any BatchSource,
    _ callbacks: [any TrainingCallback]
  ) throws(DescentError) -> String? {
    do throws(DescentError) {
      try trainer.fit(
        loader, validation: test, epochs: epochs, metrics: [Accuracy()], callbacks: callbacks)
      return nil
    } catch {
      guard error.code == .nonFinite else { throw error }
      return error.message
    }
  }
}

extension LectureSheet {
  /// Draws test and training curves of runs by epochs.
  func drawEpochs(_ name: String, _ caption: String, title: String, _ results: [FashionRun.Result]) throws {
    for (column, label) in [("train_loss", "training loss"), ("validation_accuracy", "test accuracy")] {
      let lines = results.map { LineChart.Line(name: $0.name, points: $0.column(column), style: .marked) }
      try draw(
        "\(name)-\(column == "train_loss" ? "loss" : "accuracy")", "\(caption) The \(label).",
        LineChart(title: title, xLabel: "epoch", yLabel: label, lines: lines.filter { !$0.points.isEmpty }))
    }
  }

  /// The runs' last numbers, without a verdict.
  func noteEnds(_ results: [FashionRun.Result]) {
    for result in results {
      note(
        "\(result.name): training loss, test accuracy", "",
        result.divergence.map { "diverged: \($0)" }
          ?? String(format: "%.4f, %.4f", result.last?.trainLoss ?? .nan, result.accuracy))
    }
  }
}
