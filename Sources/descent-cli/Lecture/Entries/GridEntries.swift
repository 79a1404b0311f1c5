import Descent
import DescentCharts
import Foundation

/// A run of the slides' grids, and what PyTorch gives from the same seed.
private struct GridCell {
  let name: String, rule: any OptimizerRule
  let batchSize: Int, epochs: Int
  /// PyTorch 2.13's test accuracy after these epochs; nil where the run is chaos.
  let accuracy: Double?
}

extension LectureEntry {
  /// The slides' first training script, and its grids of batch sizes, learning rates and momenta.
  static var grids: [LectureEntry] {
    [
      LectureEntry(
        name: "first-script", document: .slides,
        title: "The first training script: SGD, rate 0.001, momentum 0.5, batches of 16, 10 epochs",
        data: .fashionMNIST, run: firstScript),
      grid(
        "grid-sgd-batch", "SGD: batch sizes 16, 64 and 256",
        [
          sgd("batch size 16", 1e-3, 0.5, 16, 3, nil), sgd("batch size 64", 1e-3, 0.5, 64, 3, 0.66),
          sgd("batch size 256", 1e-3, 0.5, 256, 3, 0.5652),
        ],
        say: "With the same rate, larger batches make fewer steps and get less far, but with less noise."
      ) {
        $0[0] > $0[1] && $0[1] > $0[2]
      },
      grid(
        "grid-sgd-rate", "SGD: learning rates 10, 0.1 and 0.001",
        [
          sgd("learning rate 10", 10, 0.5, 16, 2, nil), sgd("learning rate 0.1", 0.1, 0.5, 16, 2, 0.8305),
          sgd("learning rate 0.001", 1e-3, 0.5, 16, 2, nil),
        ],
        say:
          "At 10 the network is destroyed at once and guesses; 0.1 learns fast and noisily; 0.001 learns slowly."
      ) {
        $0[0] < 0.2 && $0[1] > $0[2]
      },
      grid(
        "grid-sgd-momentum", "SGD: momentum 0, 0.5 and 0.9",
        [
          sgd("momentum 0", 1e-3, 0, 16, 3, 0.7335), sgd("momentum 0.5", 1e-3, 0.5, 16, 3, nil),
          sgd("momentum 0.9", 1e-3, 0.9, 16, 3, 0.8425),
        ],
        say: "Momentum multiplies the steps by 1 / (1 - β): at this small rate more of it learns faster."
      ) {
        $0[2] > $0[1] && $0[1] > $0[0]
      },
      grid(
        "grid-adam-batch", "Adam: batch sizes 16, 64 and 256",
        [
          adam("batch size 16", 1e-3, 16, 0.8603), adam("batch size 64", 1e-3, 64, 0.8548),
          adam("batch size 256", 1e-3, 256, 0.8563),
        ],
        say: "Adam's steps do not shrink with the gradient's noise: the three end close together."
      ) {
        ($0.max() ?? 1) - ($0.min() ?? 0) < 0.05
      },
      grid(
        "grid-adam-rate", "Adam: learning rates 0.1, 0.01, 0.001 and 0.00001",
        [
          adam("learning rate 0.1", 0.1, 64, nil), adam("learning rate 0.01", 0.01, 64, 0.8343),
          adam("learning rate 0.001", 1e-3, 64, 0.8548), adam("learning rate 0.00001", 1e-5, 64, 0.754),
        ],
        say: "At 0.1 nothing is learned; 0.001, the default, is best; 0.00001 is on its way."
      ) {
        $0[0] < 0.2 && $0[2] > $0[1] && $0[2] > $0[3]
      },
    ]
  }

  private static func sgd(
    _ name: String, _ rate: Double, _ momentum: Double, _ batchSize: Int, _ epochs: Int, _ accuracy: Double?
  ) -> GridCell {
    GridCell(
      name: name, rule: SGD(learningRate: rate, momentum: momentum), batchSize: batchSize, epochs: epochs,
      accuracy: accuracy)
  }

  private static func adam(_ name: String, _ rate: Double, _ batchSize: Int, _ accuracy: Double?) -> GridCell
  {
    GridCell(
      name: name, rule: Adam(learningRate: rate), batchSize: batchSize, epochs: 2, accuracy: accuracy)
  }

  private static func firstScript(_ sheet: LectureSheet) throws {
    let result = try FashionRun(
      name: "training", rule: SGD(learningRate: 1e-3, momentum: 0.5), batchSize: 16, epochs: 10
    ).train(sheet.data)
    // What three seeds give with PyTorch, and as much again on both sides.
    sheet.chance("training loss of epoch 10", "", result.last?.trainLoss ?? .nan, in: 0.427...0.436)
    sheet.chance("test loss", "", result.last?.validationLoss ?? .nan, in: 0.450...0.466)
    sheet.chance("test accuracy", "", result.accuracy, in: 0.832...0.843)
    sheet.claim(
      "lines of the log, every 100 batches", "38 an epoch", "\(result.history.curve.count)",
      result.history.curve.count == 380)
    try sheet.draw(
      "loss", "Every hundredth batch's loss, as the script draws it.",
      LineChart(
        title: "Optimizer-SGD lr-0.001 mt-0.5 bs-16", xLabel: "# of samples", yLabel: "Training loss",
        lines: [
          .init(name: "a batch", points: result.curve, style: .faint),
          .init(
            name: "smoothed", points: result.history.smoothedCurve().map { (Double($0.samples), $0.loss) }),
        ]))
    sheet.say(
      "The slides print no numbers; the ranges are those of PyTorch from three seeds. Weights begin with the same bits as PyTorch's from the same seed."
    )
  }

  private static func grid(
    _ name: String, _ title: String, _ cells: [GridCell], say sentence: String,
    _ holds: @escaping ([Double]) -> Bool
  ) -> LectureEntry {
    LectureEntry(name: name, document: .slides, title: title, data: .fashionMNIST) { sheet in
      let results = try cells.map {
        try FashionRun(name: $0.name, rule: $0.rule, batchSize: $0.batchSize, epochs: $0.epochs).train(
          sheet.data)
      }
      sheet.noteEnds(results)
      for (cell, result) in zip(cells, results) {
        guard let accuracy = cell.accuracy else { continue }
        sheet.chance(
          "\(cell.name): test accuracy, PyTorch's \(accuracy) ± 0.025", "", result.accuracy,
          in: accuracy - 0.025...accuracy + 0.025)
      }
      let accuracies = results.map(\.accuracy)
      sheet.claim(
        "order of the test accuracies", "as in the pictures",
        accuracies.map { String(format: "%.3f", $0) }.joined(separator: ", "), holds(accuracies))
      for result in results where !result.curve.isEmpty {
        try sheet.draw(
          result.name.replacing(" ", with: "-"), "\(result.name).",
          LineChart(
            title: "\(title.prefix { $0 != ":" }), \(result.name)", xLabel: "# of samples",
            yLabel: "Training loss",
            lines: [.init(points: result.curve.filter { $0.y.isFinite })]))
      }
      sheet.shorten("\(cells[0].epochs) epochs of all 60000 images in place of 10.")
      sheet.say(sentence)
    }
  }
}
