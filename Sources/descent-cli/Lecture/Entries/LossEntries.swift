import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The slides' loss functions: values by their formulas, reductions, and curves.
  static var losses: [LectureEntry] {
    [
      LectureEntry(
        name: "loss-mse", document: .slides, title: "Mean squared error: l = (x - y)², mean or sum"
      ) { sheet in
        try elementLoss(sheet, "l = (x - y)²", { MSELoss(reduction: $0) }) { x, y in (x - y) * (x - y) }
      },
      LectureEntry(
        name: "loss-l1", document: .slides, title: "L1 loss: l = |x - y|, mean or sum"
      ) { sheet in
        try elementLoss(sheet, "l = |x - y|", { L1Loss(reduction: $0) }) { x, y in abs(x - y) }
      },
      LectureEntry(
        name: "loss-nll", document: .slides,
        title: "Negative log likelihood: weights, ignored classes, reductions", run: likelihood),
      LectureEntry(
        name: "loss-cross-entropy", document: .slides,
        title: "Cross entropy of classes and of probabilities; LogSoftmax and NLL in one", run: crossEntropy),
      LectureEntry(
        name: "loss-kl", document: .slides,
        title: "Kullback-Leibler divergence: y (log y - x), in log space too", run: divergence),
    ]
  }

  // MARK: Elements

  private static func elementLoss(
    _ sheet: LectureSheet, _ formula: String, _ loss: (Reduction) -> any Loss,
    _ one: (Double, Double) -> Double
  ) throws {
    let (x, y) = ([0.5, -1.5, 2, 0.25], [1.0, 1, -0.5, 0.25])
    let (a, b) = (Tensor(x, dtype: .float64), Tensor(y, dtype: .float64))
    let each = zip(x, y).map(one)
    let (single, mean, sum) = (loss(.none), loss(.mean), loss(.sum))
    for (index, value) in single(a, b).doubles.enumerated() {
      sheet.same("none, element \(index + 1)", formula: each[index], value)
    }
    sheet.same("mean", formula: each.reduce(0, +) / Double(each.count), mean(a, b).item())
    sheet.same("sum", formula: each.reduce(0, +), sum(a, b).item())
    // Close enough for the step of L1's derivative to stand upright.
    let errors = (-300...300).map { Double($0) / 100 }
    let zero = Tensor([0.0], dtype: .float64)
    var curve: [(x: Double, y: Double)] = []
    var slope: [(x: Double, y: Double)] = []
    for error in errors {
      let at = Parameter(Tensor([error], dtype: .float64))
      let value = sum(at, zero)
      value.backward()
      curve.append((error, value.item()))
      slope.append((error, at.grad?.item() ?? .nan))
    }
    try sheet.draw(
      "curve", "The loss and its derivative against the error x - y.",
      LineChart(
        title: formula, xLabel: "x - y", yLabel: "loss",
        lines: [.init(name: "loss", points: curve), .init(name: "derivative", points: slope)]))
    sheet.say("Values are those of the slide's formula, element by element; mean and sum are of these.")
  }

  // MARK: Classes

  private static let scores = [[0.2, -1, 1.5], [2.0, 0.5, -0.5], [-0.3, 0.1, 0.4], [1, 1, 1]]
  private static let classes = [2, 0, 1, 0]
  private static let weights = [1, 2, 0.5]

  private static var scoreTensor: Tensor { Tensor(scores.flatMap { $0 }, shape: [4, 3], dtype: .float64) }
  private static var weightTensor: Tensor { Tensor(weights, dtype: .float64) }

  /// -w x of each sample, whose x are logarithms of probabilities; and w.
  private static func likelihoods(ignoring ignored: Int? = nil) -> [(loss: Double, weight: Double)] {
    zip(scores, classes).map { row, target in
      let sum = row.reduce(0) { $0 + exp($1) }
      let weight = target == ignored ? 0 : weights[target]
      return (-weight * log(exp(row[target]) / sum), weight)
    }
  }

  private static func likelihood(_ sheet: LectureSheet) throws {
    let (x, y) = (scoreTensor.logSoftmax(dim: 1), Tensor(classes: classes))
    try classRows(sheet, ignored: 1) { ignored, reduction in
      NLLLoss(weight: weightTensor, ignoreIndex: ignored, reduction: reduction)(x, y)
    }
    let shares = (1...100).map { Double($0) / 100 }
    let curve = shares.map { share in
      (
        x: share,
        y: NLLLoss()(
          Tensor([share, 1 - share], shape: [1, 2], dtype: .float64).log(), Tensor(classes: [0])
        ).item()
      )
    }
    try sheet.draw(
      "curve", "What a sample costs, by the probability that the model gives its class.",
      LineChart(
        title: "Negative log likelihood", xLabel: "probability of the right class", yLabel: "loss",
        lines: [.init(points: curve)]))
    sheet.say(
      "The weighted mean divides by the weights of the classes that occur, and an ignored class counts in neither sum."
    )
  }

  private static func classRows(
    _ sheet: LectureSheet, ignored: Int, _ loss: (Int, Reduction) -> Tensor
  ) throws {
    let all = likelihoods()
    for (index, value) in loss(-100, .none).doubles.enumerated() {
      sheet.same("none, sample \(index + 1)", formula: all[index].loss, value)
    }
    for (name, ignored) in [("", -100), (", class \(ignored) ignored", ignored)] {
      let terms = likelihoods(ignoring: ignored)
      let sum = terms.reduce(0) { $0 + $1.loss }
      sheet.same("sum" + name, formula: sum, loss(ignored, .sum).item())
      sheet.same(
        "mean" + name, formula: sum / terms.reduce(0) { $0 + $1.weight }, loss(ignored, .mean).item())
    }
  }

  private static func crossEntropy(_ sheet: LectureSheet) throws {
    let (x, y) = (scoreTensor, Tensor(classes: classes))
    try classRows(sheet, ignored: 2) { ignored, reduction in
      CrossEntropyLoss(weight: weightTensor, ignoreIndex: ignored, reduction: reduction)(x, y)
    }
    sheet.same(
      "LogSoftmax followed by NLLLoss", formula: NLLLoss()(x.logSoftmax(dim: 1), y).item(),
      CrossEntropyLoss()(x, y).item())
    let shares = [[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0, 1, 0]]
    let targets = Tensor(shares.flatMap { $0 }, shape: [4, 3], dtype: .float64)
    let each = zip(scores, shares).map { row, share in
      let sum = row.reduce(0) { $0 + exp($1) }
      return -(0..<3).reduce(0) { $0 + weights[$1] * log(exp(row[$1]) / sum) * share[$1] }
    }
    func ours(_ reduction: Reduction) -> Tensor {
      CrossEntropyLoss(weight: weightTensor, reduction: reduction)(x, targets)
    }
    sheet.same("probabilities, sum", formula: each.reduce(0, +), ours(.sum).item())
    sheet.same("probabilities, mean over the samples", formula: each.reduce(0, +) / 4, ours(.mean).item())
    let margins = (-60...60).map { Double($0) / 10 }
    let curve = margins.map { margin in
      (
        x: margin,
        y: CrossEntropyLoss()(
          Tensor([margin, 0], shape: [1, 2], dtype: .float64), Tensor(classes: [0])
        ).item()
      )
    }
    try sheet.draw(
      "curve", "Two classes: the loss by how far the right class's logit is ahead.",
      LineChart(
        title: "Cross entropy, log(1 + exp(-margin))", xLabel: "margin", yLabel: "loss",
        lines: [.init(points: curve)]))
    sheet.say(
      "Of classes, the mean divides by their weights; of probabilities, by the number of samples: as the two slides have it."
    )
  }

  // MARK: Distributions

  private static func divergence(_ sheet: LectureSheet) throws {
    let (prediction, truth) = ([0.1, 0.2, 0.7], [0.3, 0.3, 0.4])
    let x = Tensor(prediction, shape: [1, 3], dtype: .float64).log()
    let y = Tensor(truth, shape: [1, 3], dtype: .float64)
    let each = zip(prediction, truth).map { $1 * log($1 / $0) }
    for (index, value) in KLDivLoss(reduction: .none)(x, y).doubles.enumerated() {
      sheet.same("element \(index + 1)", formula: each[index], value)
    }
    sheet.same("sum", formula: each.reduce(0, +), KLDivLoss(reduction: .sum)(x, y).item())
    sheet.same("mean", formula: each.reduce(0, +) / 3, KLDivLoss()(x, y).item())
    sheet.same(
      "log_target", formula: each.reduce(0, +),
      KLDivLoss(reduction: .sum, logTarget: true)(x, y.log()).item())
    let shares = (1...99).map { Double($0) / 100 }
    let lines = [0.2, 0.5, 0.8].map { truth in
      LineChart.Line(
        name: String(format: "y = (%.1f, %.1f)", truth, 1 - truth),
        points: shares.map { share in
          let x = Tensor([share, 1 - share], shape: [1, 2], dtype: .float64).log()
          let y = Tensor([truth, 1 - truth], shape: [1, 2], dtype: .float64)
          return (share, KLDivLoss(reduction: .sum)(x, y).item())
        })
    }
    try sheet.draw(
      "curve", "The divergence of (p, 1 - p) from y: 0 where they are the same.",
      LineChart(title: "KL divergence, Σ y log(y / p)", xLabel: "p", yLabel: "loss", lines: lines))
    sheet.say("The divergence is 0 only where both distributions are the same, and not symmetric around it.")
  }
}
