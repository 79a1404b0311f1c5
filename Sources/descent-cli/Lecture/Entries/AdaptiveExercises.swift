import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The notebook's exercises on AdaGrad, RMSProp, Adadelta and Adam that can be computed.
  static var adaptiveExercises: [LectureEntry] {
    [
      exercise(
        "exercise-orthogonal", "An orthogonal change of variables keeps the size of perturbations",
        run: orthogonal),
      exercise("exercise-rotated-adagrad", "AdaGrad on the valley, and on the valley rotated by 45 degrees") {
        try rotated($0, "AdaGrad", Adagrad(learningRate: 2))
      },
      exercise(
        "exercise-gerschgorin", "Gerschgorin's discs, before and after the diagonal is scaled to 1",
        run: gerschgorin),
      exercise("exercise-adagrad-lenet", "AdaGrad for LeNet on Fashion-MNIST", .fashionMNIST) {
        try lenet(
          $0,
          [
            ("AdaGrad 0.01", Adagrad(learningRate: 0.01)), ("AdaGrad 0.05", Adagrad(learningRate: 0.05)),
            ("SGD 0.1, momentum 0.9", SGD(learningRate: 0.1, momentum: 0.9)),
          ])
      },
      exercise("exercise-adagrad-milder", "A less aggressive decay of AdaGrad's rate", run: milder),
      exercise("exercise-rmsprop-gamma-1", "RMSProp with γ = 1", run: gammaOne),
      exercise("exercise-rotated-rmsprop", "RMSProp on the rotated valley") {
        try rotated($0, "RMSProp", RMSprop(learningRate: 0.4, alpha: 0.9))
      },
      exercise(
        "exercise-rmsprop-lenet", "RMSProp for LeNet on Fashion-MNIST, with several rates", .fashionMNIST
      ) {
        try lenet(
          $0,
          [
            ("rate 0.0003", RMSprop(learningRate: 3e-4)), ("rate 0.001", RMSprop(learningRate: 1e-3)),
            ("rate 0.01", RMSprop(learningRate: 1e-2)),
          ])
      },
      exercise("exercise-rmsprop-gamma", "How sensitive RMSProp is to γ", run: gammas),
      exercise("exercise-adadelta-rho", "Adadelta with other ρ", .airfoil, run: rhos),
      exercise(
        "exercise-adadelta-fused", "Adadelta without g': the same from two roots", run: adadeltaFormula),
      exercise("exercise-adadelta-breaks", "A problem that breaks Adadelta", run: adadeltaBreaks),
      exercise("exercise-adadelta-compared", "Adadelta beside AdaGrad and RMSProp", run: adadeltaCompared),
      exercise("exercise-adam-rate", "Adam with other learning rates", .airfoil, run: adamRates),
      exercise("exercise-adam-uncorrected", "Moments that need no correction", run: uncorrected),
      exercise("exercise-adam-decay", "Why the rate must fall as Adam converges", run: adamDecay),
      exercise("exercise-adam-yogi", "A case where Adam diverges and Yogi converges", run: adamDiverges),
    ]
  }

  // MARK: AdaGrad

  private static func orthogonal(_ sheet: LectureSheet) throws {
    // U from the rotations of a quadratic's axes: its columns are eigenvectors.
    let angle = 0.7
    let u = Tensor([cos(angle), -sin(angle), sin(angle), cos(angle)], shape: [2, 2], dtype: .float64)
    for (c, d) in [([1.0, 2], [0.5, -1]), ([-3, 0.1], [2, 2])] {
      let (a, b) = (Tensor(c, shape: [2, 1], dtype: .float64), Tensor(d, shape: [2, 1], dtype: .float64))
      sheet.same(
        "‖c - δ‖ and ‖Uc - Uδ‖", formula: (a - b).norm().item(), (u.matmul(a) - u.matmul(b)).norm().item())
    }
    let plain = try follow(
      Quadratic(eigenvalues: [0.2, 4]), SGD(learningRate: 0.4), steps: 20, from: [-5, -2])
    let turned = try follow(
      Quadratic(eigenvalues: [0.2, 4], rotation: 45), SGD(learningRate: 0.4), steps: 20,
      from: [
        -5 * cos(Double.pi / 4) + 2 * sin(Double.pi / 4), -5 * sin(Double.pi / 4) - 2 * cos(Double.pi / 4),
      ])
    let away = zip(plain.points, turned.points).map { abs(distance($0) - distance($1)) }.max()!
    sheet.claim(
      "descent in both systems: distances", "the same", String(format: "%.1e apart", away), away < 1e-10)
    sheet.say(
      "U keeps lengths, and so the size of a perturbation; and gradient descent does not notice the turn at all."
    )
  }

  private static func rotated(_ sheet: LectureSheet, _ name: String, _ rule: any OptimizerRule) throws {
    // As the exercise writes it, which is twice as steep besides.
    let turned = try Formula("0.1 (x1 + x2)^2 + 2 (x1 - x2)^2")
    let traces = try [valley, turned].map { try follow($0, rule, steps: 30) }
    let ends = traces.map { distance($0.points.last!) }
    sheet.note(
      "distance after 30 steps: axes, rotated", "",
      ends.map { String(format: "%.3g", $0) }.joined(separator: ", "))
    sheet.claim(
      "rotated by 45 degrees", "behaves differently", String(format: "%.3g times as far", ends[1] / ends[0]),
      ends[1] > 2 * ends[0])
    for (title, objective, trace) in [("axes", valley, traces[0]), ("rotated", turned, traces[1])] {
      try sheet.drawPaths(
        title, title == "axes" ? "Along the axes." : "Turned by 45 degrees.", objective,
        [.init(name: name, trace: trace)],
        title: "\(objective)\n\(name), 30 steps from (-5, -2)")
    }
    sheet.say(
      "A rate for each coordinate helps only while the valley lies along the coordinates: turned by 45 degrees both have the same gradients, and the rule is plain descent with a falling rate."
    )
  }

  private static func gerschgorin(_ sheet: LectureSheet) throws {
    let q = try Quadratic(matrix: [[100, 3, 1], [3, 4, 0.2], [1, 0.2, 0.5]])
    let both = [("Q", q), ("scaled", try q.diagonallyPreconditioned())]
    for (name, quadratic) in both {
      let (values, discs) = (quadratic.spectrum.values, GerschgorinDisc.discs(of: quadratic.matrix))
      sheet.claim(
        "\(name): eigenvalues", "each in a disc",
        values.map { String(format: "%.4f", $0) }.joined(separator: ", "),
        values.allSatisfy { value in discs.contains { $0.range.contains(value) } })
      sheet.note("\(name): condition number", "", String(format: "%.1f", quadratic.spectrum.condition))
    }
    let condition = both.map(\.1.spectrum.condition)
    sheet.claim(
      "condition number", "considerably simpler after scaling",
      String(format: "%.0f to %.1f", condition[0], condition[1]), condition[1] < condition[0] / 10)
    sheet.say(
      "After scaling all discs have their centre at 1: the eigenvalues are within 1 ± the largest sum of a row beside the diagonal."
    )
  }

  private static func milder(_ sheet: LectureSheet) throws {
    let rules: [(String, any OptimizerRule)] = [
      ("AdaGrad, 0.4", Adagrad(learningRate: 0.4)),
      ("leaky sum: RMSProp, 0.4", RMSprop(learningRate: 0.4, alpha: 0.9)),
      ("leakier: α = 0.99", RMSprop(learningRate: 0.1, alpha: 0.99)),
      ("Adadelta", Adadelta(rho: 0.9, eps: 1e-2)),
    ]
    let traces = try rules.map { try follow(valley, $0.1, steps: 40) }
    for (rule, trace) in zip(rules, traces) {
      sheet.note("\(rule.0): distance after 40 steps", "", String(format: "%.4f", distance(trace.points[40])))
    }
    let ends = traces.map { distance($0.points[40]) }
    sheet.claim(
      "a leaky sum", "arrives", String(format: "%.3f against %.3f", ends[1], ends[0]), ends[1] < ends[0])
    try sheet.drawCurves(
      "distance", "Sums that forget.", title: "\(valley)", yLabel: "distance from (0, 0)",
      isLogarithmic: true,
      zip(rules, traces).map { ($0.0, $1.points.map(distance)) })
    sheet.say("Let the sum forget, as RMSProp and Adadelta do: then the rate follows the present gradients.")
  }

  static func lenet(_ sheet: LectureSheet, _ rules: [(String, any OptimizerRule)]) throws {
    let results = try rules.map { name, rule in
      try FashionRun(
        name: name, model: lenetText, rule: rule, batchSize: 128, epochs: 4, images: 12_800, testImages: 2000,
        shuffle: true
      ).train(sheet.data)
    }
    sheet.noteEnds(results)
    let best = results.map(\.accuracy).max() ?? 0
    sheet.claim("best test accuracy", "learns", String(format: "%.3f", best), best > 0.7)
    try sheet.drawEpochs("runs", "LeNet, 12800 images.", title: "LeNet on Fashion-MNIST", results)
    sheet.shorten("12800 images, 4 epochs.")
    sheet.say("The rate matters more than the rule: each has one at which it learns well.")
  }

  // MARK: RMSProp

  private static func gammaOne(_ sheet: LectureSheet) throws {
    let trace = try follow(
      valley, RMSprop(learningRate: 1e-6, alpha: 1, eps: 1e-6, epsilonPlacement: .inside), steps: 40)
    let first = trace.points[1]
    // s stays 0: the step is rate / √ε times the gradient.
    sheet.same("first step along x1: 10⁻⁶ / √10⁻⁶ · 1", formula: -5 + 1e-3, first[0])
    let wild = try follow(
      valley, RMSprop(learningRate: 0.4, alpha: 1, eps: 1e-6, epsilonPlacement: .inside), steps: 20)
    let size = distance(wild.points.last!)
    sheet.claim(
      "with the usual rate 0.4", "diverges",
      String(format: "%.1e away after %d steps", size, wild.points.count - 1),
      size > 1e6 || wild.divergedAt != nil)
    sheet.say(
      "At γ = 1 no square ever enters the mean, which stays 0: only ε is left, and each step is the gradient times 0.4 / √10⁻⁶ = 400."
    )
  }

  private static func gammas(_ sheet: LectureSheet) throws {
    var curves: [(name: String, values: [Double])] = []
    for gamma in [0.5, 0.9, 0.99, 0.999] {
      let traces = try (0..<20).map {
        try follow(valley, RMSprop(learningRate: 0.1, alpha: gamma), steps: 200, noise: 0.5, seed: UInt64($0))
      }
      let values = (0...200).map { step in traces.reduce(0) { $0 + distance($1.points[step]) } / 20 }
      sheet.note(
        "γ = \(gamma): mean distance after 50, 200", "", String(format: "%.3f, %.3f", values[50], values[200])
      )
      curves.append(("γ = \(gamma)", values))
    }
    try sheet.drawCurves(
      "distance", "Means over 20 seeds.", title: "\(valley), RMSProp 0.1, gradient noise 0.5",
      yLabel: "distance from (0, 0)", isLogarithmic: true, curves)
    sheet.say(
      "A γ near 1 begins with long steps, for the mean of squares starts at 0, and later knows the noise better: one would raise γ as optimization goes on."
    )
  }
}
