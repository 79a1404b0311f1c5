import Descent
import DescentCharts
import Foundation

/// A run of the notebook's chapter on the airfoil data.
struct AirfoilCase {
  let name: String, title: String
  let rule: any OptimizerRule
  let batchSize: Int, epochs: Int
  /// The loss and the seconds an epoch that the notebook prints.
  let loss: String, seconds: String
  /// What twenty seeds give with PyTorch's formulas in NumPy, a little wider.
  let range: ClosedRange<Double>
  var remark: String

  /// Whether PyTorch's own optimizer is used in place of the listing's formulas.
  var isConcise: Bool { name.hasSuffix("concise") }
}

extension LectureEntry {
  /// The notebook's linear regression on the airfoil data: each rule from scratch and concisely.
  static var airfoil: [LectureEntry] {
    let cases = airfoilCases.map { one in
      LectureEntry(name: one.name, document: .notebook, title: one.title, data: .airfoil) {
        try airfoilRun($0, one)
      }
    }
    return cases + [
      LectureEntry(
        name: "airfoil-time", document: .notebook,
        title: "Loss against seconds: gradient descent, SGD, batches of 100 and of 10", data: .airfoil,
        run: airfoilTime)
    ]
  }

  private static var inside: EpsilonPlacement { .inside }

  static var airfoilCases: [AirfoilCase] {
    let minibatch = 0.2418...0.2574
    return [
      AirfoilCase(
        name: "airfoil-gd", title: "Batch gradient descent, rate 1, 10 epochs", rule: SGD(learningRate: 1),
        batchSize: 1500, epochs: 10, loss: "0.244", seconds: "0.038", range: 0.2418...0.2606,
        remark: "One step an epoch: after six steps there is little progress."),
      AirfoilCase(
        name: "airfoil-sgd", title: "SGD, one sample a step, rate 0.005, 5 epochs",
        rule: SGD(learningRate: 0.005),
        batchSize: 1, epochs: 5, loss: "0.244", seconds: "0.077", range: 0.2418...0.2494,
        remark: "The loss falls within the first epoch, and an epoch takes the longest of all."),
      AirfoilCase(
        name: "airfoil-batch-100", title: "Mini-batches of 100, rate 0.4, 2 epochs",
        rule: SGD(learningRate: 0.4),
        batchSize: 100, epochs: 2, loss: "0.249", seconds: "0.005", range: 0.2418...0.2632,
        remark: "Fifteen steps an epoch, and the shortest epochs."),
      AirfoilCase(
        name: "airfoil-batch-10", title: "Mini-batches of 10, rate 0.05, 2 epochs",
        rule: SGD(learningRate: 0.05),
        batchSize: 10, epochs: 2, loss: "0.245", seconds: "0.015", range: minibatch,
        remark: "Between the two in time, and done within an epoch."),
      AirfoilCase(
        name: "airfoil-concise", title: "The concise form: torch.optim.SGD, batches of 10, 4 epochs",
        rule: SGD(learningRate: 0.05), batchSize: 10, epochs: 4, loss: "0.246", seconds: "0.015",
        range: minibatch, remark: "The same rule as from scratch, for twice the epochs."),
      AirfoilCase(
        name: "airfoil-momentum-0.5", title: "Momentum 0.5, rate 0.02, batches of 10",
        rule: SGD(learningRate: 0.02, momentum: 0.5), batchSize: 10, epochs: 2, loss: "0.245",
        seconds: "0.016",
        range: 0.2418...0.2506,
        remark: "Much as without momentum at 0.04: the steps add up to twice the rate."),
      AirfoilCase(
        name: "airfoil-momentum-0.9", title: "Momentum 0.9, rate 0.01, batches of 10",
        rule: SGD(learningRate: 0.01, momentum: 0.9), batchSize: 10, epochs: 2, loss: "0.257",
        seconds: "0.016",
        range: 0.2430...0.2570, remark: "Ten times the rate in effect: the loss swings."),
      AirfoilCase(
        name: "airfoil-momentum-0.9-slow", title: "Momentum 0.9, rate 0.005, batches of 10",
        rule: SGD(learningRate: 0.005, momentum: 0.9), batchSize: 10, epochs: 2, loss: "0.251",
        seconds: "0.017",
        range: 0.2418...0.2510, remark: "Half the rate, and smoother."),
      AirfoilCase(
        name: "airfoil-momentum-concise", title: "The concise form: momentum 0.9, rate 0.005, 4 epochs",
        rule: SGD(learningRate: 0.005, momentum: 0.9), batchSize: 10, epochs: 4, loss: "0.243",
        seconds: "0.017",
        range: 0.2418...0.2510, remark: "As from scratch, for four epochs."),
      AirfoilCase(
        name: "airfoil-adagrad", title: "AdaGrad, rate 0.1, batches of 10",
        rule: Adagrad(learningRate: 0.1, eps: 1e-6, epsilonPlacement: inside), batchSize: 10, epochs: 2,
        loss: "0.243", seconds: "0.021", range: 0.2418...0.2456,
        remark: "The falling rate ends closest to the minimum."),
      AirfoilCase(
        name: "airfoil-adagrad-concise", title: "The concise form: torch.optim.Adagrad, rate 0.1, 4 epochs",
        rule: Adagrad(learningRate: 0.1), batchSize: 10, epochs: 4, loss: "0.244", seconds: "0.017",
        range: 0.2418...0.2456, remark: "As from scratch, for four epochs."),
      AirfoilCase(
        name: "airfoil-rmsprop", title: "RMSProp, rate 0.01, γ = 0.9, batches of 10",
        rule: RMSprop(learningRate: 0.01, alpha: 0.9, eps: 1e-6, epsilonPlacement: inside), batchSize: 10,
        epochs: 2, loss: "0.247", seconds: "0.019", range: 0.2418...0.2490,
        remark: "The steps keep their size, and so does the noise."),
      AirfoilCase(
        name: "airfoil-rmsprop-concise",
        title: "The concise form: torch.optim.RMSprop, rate 0.01, α = 0.9, 4 epochs",
        rule: RMSprop(learningRate: 0.01, alpha: 0.9), batchSize: 10, epochs: 4, loss: "0.244",
        seconds: "0.018",
        range: 0.2418...0.2490, remark: "As from scratch, for four epochs."),
      AirfoilCase(
        name: "airfoil-adadelta", title: "Adadelta, ρ = 0.9, batches of 10",
        rule: Adadelta(rho: 0.9, eps: 1e-5), batchSize: 10, epochs: 2, loss: "0.243", seconds: "0.020",
        range: 0.2418...0.2482, remark: "No learning rate was chosen: the steps' own sizes set it."),
      AirfoilCase(
        name: "airfoil-adadelta-concise", title: "The concise form: torch.optim.Adadelta, ρ = 0.9, 4 epochs",
        rule: Adadelta(rho: 0.9), batchSize: 10, epochs: 4, loss: "0.243", seconds: "0.019",
        range: 0.2418...0.2482, remark: "PyTorch's ε is 10⁻⁶, which starts with smaller steps."),
      AirfoilCase(
        name: "airfoil-adam", title: "Adam, rate 0.01, batches of 10",
        rule: Adam(learningRate: 0.01, eps: 1e-6),
        batchSize: 10, epochs: 2, loss: "0.245", seconds: "0.021", range: 0.2418...0.2481,
        remark: "Steps of the rate's size at first, whatever the gradients are."),
      AirfoilCase(
        name: "airfoil-adam-concise", title: "The concise form: torch.optim.Adam, rate 0.01, 4 epochs",
        rule: Adam(learningRate: 0.01), batchSize: 10, epochs: 4, loss: "0.246", seconds: "0.019",
        range: 0.2418...0.2481, remark: "As from scratch, for four epochs."),
      AirfoilCase(
        name: "airfoil-yogi", title: "Yogi, rate 0.01, batches of 10",
        rule: Yogi(learningRate: 0.01, eps: 1e-3),
        batchSize: 10, epochs: 2, loss: "0.244", seconds: "0.022", range: 0.2418...0.2475,
        remark: "On a problem this tame, much as Adam."),
    ]
  }

  private static func airfoilRun(_ sheet: LectureSheet, _ one: AirfoilCase) throws {
    let chapter = try sheet.data.airfoilChapter()
    let runs = try (0..<5).map { seed in
      try chapter.train(one.rule, batchSize: one.batchSize, epochs: one.epochs, seed: UInt64(seed))
    }
    let losses = runs.map(\.loss)
    sheet.chance("loss at the end, seed 0", one.loss, losses[0], in: one.range)
    sheet.chance("loss at the end, mean of seeds 0 to 4", one.loss, losses.reduce(0, +) / 5, in: one.range)
    sheet.note("seconds an epoch", one.seconds, String(format: "%.4f", runs[0].secondsPerEpoch))
    sheet.same(
      "least loss of a line (NumPy's, and by Newton's method)", formula: 0.24168795509193775,
      chapter.leastLoss, tolerance: 1e-6)
    var chart = LineChart(
      title: one.title, xLabel: "epoch", yLabel: "loss",
      lines: runs.prefix(3).enumerated().map { seed, run in
        .init(name: "seed \(seed)", points: run.curve.map { ($0.epoch, $0.loss) })
      })
    chart.yRange = 0.22...0.35
    try sheet.draw(
      "loss", "The loss over all samples, as training goes on; the axis is the notebook's.", chart)
    sheet.say(one.remark)
  }

  private static func airfoilTime(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    let names = ["airfoil-gd", "airfoil-sgd", "airfoil-batch-100", "airfoil-batch-10"]
    let cases = names.compactMap { name in airfoilCases.first { $0.name == name } }
    let runs = try cases.map { try chapter.train($0.rule, batchSize: $0.batchSize, epochs: $0.epochs) }
    var chart = LineChart(
      title: "Loss against time", xLabel: "seconds", yLabel: "loss",
      lines: zip(["gd", "sgd", "batch size 100", "batch size 10"], runs).map { name, run in
        .init(name: name, points: run.curve.map { ($0.seconds, $0.loss) })
      })
    (chart.isXLogarithmic, chart.yRange) = (true, 0.22...0.35)
    try sheet.draw("time", "The four runs by the seconds they took.", chart)
    let seconds = runs.map(\.secondsPerEpoch)
    for (one, second) in zip(cases, seconds) {
      sheet.note("\(one.name): seconds an epoch", one.seconds, String(format: "%.5f", second))
    }
    sheet.claim(
      "an epoch by single samples", "longer than by 10, longer than by 100",
      [1, 3, 2].map { String(format: "%.5f s", seconds[$0]) }.joined(separator: ", "),
      seconds[1] > seconds[3] && seconds[3] > seconds[2])
    sheet.say(
      "Batches of 100 reach the same loss first; single samples pay for a call a sample. Gradient descent's epoch, slower than theirs in the notebook, is one matrix product here."
    )
  }
}
