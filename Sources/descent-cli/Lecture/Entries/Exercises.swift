import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The notebook's exercises on SGD and mini-batches that can be computed.
  static var exercises: [LectureEntry] {
    [
      exercise(
        "exercise-schedules", "SGD under several schedules: the distance from (0, 0) by iterations",
        run: distances),
      exercise(
        "exercise-noise", "Noise on the gradient is a loss with random targets: mean and variance",
        run: noiseAsLoss),
      exercise(
        "exercise-replacement", "SGD on the airfoil data with and without replacement", .airfoil,
        run: replacement),
      exercise(
        "exercise-large-coordinate", "A coordinate whose gradient is consistently larger",
        run: largeCoordinate),
      exercise(
        "exercise-minima", "f(x) = x² (1 + sin x): its minima, and a change that asks for all of them",
        run: minima),
      exercise(
        "exercise-batch-rate", "Other batch sizes and rates: loss and time of an epoch", .airfoil,
        run: batchAndRate),
      exercise(
        "exercise-rate-tenth", "The rate of mini-batch SGD falls to a tenth after each epoch", .airfoil,
        run: tenth),
      exercise(
        "exercise-genie", "The data set that a genie replicated without telling", .airfoil, run: genie),
      exercise("exercise-momentum-rates", "Other combinations of momentum and rate", run: momentumRates),
      exercise(
        "exercise-eigenvalues", "Descent and momentum on eigenvalues 2^-i, from x = 1", run: eigenvalues),
      exercise("exercise-minimizer", "Minimizer and minimum of ½ xᵀQx + xᵀc + b", run: minimizer),
      exercise(
        "exercise-momentum-sgd", "What momentum changes with noise, and with mini-batches", .airfoil,
        run: momentumNoise),
    ] + adaptiveExercises
  }

  static func exercise(
    _ name: String, _ title: String, _ data: Data? = nil, run: @escaping (LectureSheet) throws -> Void
  ) -> LectureEntry {
    LectureEntry(name: name, document: .notebook, title: title, data: data, isExercise: true, run: run)
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  // MARK: Stochastic gradient descent

  private static func distances(_ sheet: LectureSheet) throws {
    let steps = 400
    let schedules: [(String, Schedule?)] = [
      ("constant 0.1", nil), ("0.1 / (t + 1)", .inverseTime()),
      ("0.1 (1 + 0.1 t)^-0.5", .polynomialDecay(alpha: 0.5, beta: 0.1)),
      ("0.1 exp(-0.01 t)", .exponentialDecay(lambda: 0.01)),
      ("0.1 halved every 50", .step(stepSize: 50, gamma: 0.5)),
    ]
    var curves: [(name: String, values: [Double])] = []
    for (name, schedule) in schedules {
      let traces = try (0..<30).map {
        try follow(
          moderate, SGD(learningRate: 0.1), steps: steps, schedule: schedule, noise: 1, seed: UInt64($0))
      }
      let values = (0...steps).map { step in mean(traces.map { distance($0.points[step]) }) }
      sheet.note(
        "\(name): mean distance after 20, 100, 400", "",
        [20, 100, 400].map { String(format: "%.3f", values[$0]) }.joined(separator: ", "))
      curves.append((name, values))
    }
    let ends = curves.map { $0.values[steps] }
    sheet.claim(
      "after 400 steps", "a falling rate ends nearer than the constant one",
      String(format: "%.3f against %.3f", ends[2], ends[0]), ends[2] < ends[0])
    sheet.claim("1 / t", "falls too quickly: still far", String(format: "%.3f", ends[1]), ends[1] > ends[2])
    try sheet.drawCurves(
      "distance", "Means over 30 seeds.", title: "\(moderate), gradient noise 1", xLabel: "iterations",
      yLabel: "distance from (0, 0)", isLogarithmic: true, curves)
    sheet.say(
      "Rates that fall as t^-1/2, or by halves, keep on gaining; 1/t stops on the way, and the constant rate stays at its noise."
    )
  }

  private static func noiseAsLoss(_ sheet: LectureSheet) throws {
    // The gradient of (x1 - w1)² + 2 (x2 - w2)² by w is that of the function at w, less (2 x1, 4 x2): noise of deviation
    // 1 asks for x of mean 0 and variances 1/4 and 1/16.
    let generator = Generator(seed: 0)
    let w = [-1.5, 0.75]
    let count = 100_000
    let x1 = Tensor.randn([count], dtype: .float64, generator: generator) * 0.5
    let x2 = Tensor.randn([count], dtype: .float64, generator: generator) * 0.25
    let g1: Tensor = (w[0] - x1) * 2
    let g2: Tensor = (w[1] - x2) * 4
    let exact = gradient(of: { moderate($0) }, at: Tensor(w, dtype: .float64)).doubles
    sheet.chance(
      "mean of the gradient by w1", String(format: "%.3f", exact[0]), g1.mean().item(),
      in: exact[0] - 0.016...exact[0] + 0.016)
    sheet.chance(
      "by w2", String(format: "%.3f", exact[1]), g2.mean().item(), in: exact[1] - 0.016...exact[1] + 0.016)
    sheet.chance("its deviation, x1 of variance 1/4", "1", g1.standardDeviation().item(), in: 0.985...1.015)
    sheet.chance("x2 of variance 1/16", "1", g2.standardDeviation().item(), in: 0.985...1.015)
    sheet.say(
      "Targets drawn from N(0, 1/4) and N(0, 1/16) give the gradient of f with noise of deviation 1. In general Q (w - x) has the covariance Q Σ Q: Σ = Q⁻² makes it 1."
    )
  }

  private static func replacement(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    let rule = SGD(learningRate: 0.05)
    let runs = try [false, true].map { replaced in
      try (0..<10).map {
        try chapter.train(rule, batchSize: 10, epochs: 3, seed: UInt64($0), withReplacement: replaced)
      }
    }
    let ends = runs.map { mean($0.map(\.loss)) }
    sheet.chance("without replacement: mean loss of 10 seeds", "", ends[0], in: 0.2416...0.2574)
    sheet.chance("with replacement", "", ends[1], in: 0.2416...0.2574)
    try sheet.draw(
      "loss", "Seed 0 of each.",
      lineChart(
        "Mini-batches of 10, learning rate 0.05", "epoch", "loss",
        zip(["without replacement", "with replacement"], runs).map { name, runs in
          (name, runs[0].curve.map { ($0.epoch, $0.loss) })
        }))
    sheet.say(
      String(
        format:
          "The mean losses are %.4f and %.4f: on a line with 1500 points the third of the samples that a pass misses hardly matters.",
        ends[0], ends[1]))
  }

  private static func largeCoordinate(_ sheet: LectureSheet) throws {
    let steep = try Formula("x1^2 + 100 x2^2")
    let plain = try follow(steep, SGD(learningRate: 0.009), steps: 60, from: [-5, -2])
    let adapted = try follow(steep, Adagrad(learningRate: 2), steps: 60, from: [-5, -2])
    let scaled = try follow(steep, RMSprop(learningRate: 0.1, alpha: 0.9), steps: 60, from: [-5, -2])
    let ends = [plain, adapted, scaled].map { abs($0.points[60][0]) }
    sheet.claim(
      "|x1| after 60 steps: SGD, AdaGrad, RMSprop", "a rate for each coordinate",
      ends.map { String(format: "%.3f", $0) }.joined(separator: ", "), ends[1] < ends[0] && ends[2] < ends[0])
    try sheet.drawPaths(
      "paths", "A second coordinate with a hundred times the curvature.", steep,
      [
        .init(name: "SGD, rate 0.009", trace: plain), .init(name: "AdaGrad, rate 2", trace: adapted),
        .init(name: "RMSprop, rate 0.1", trace: scaled),
      ],
      title: "\(steep), 60 steps", window: (x: -5.5...1.0, y: -2.5...2.5))
    sheet.say(
      "Divide each coordinate's step by the size of its own gradients: then the large one no longer sets the rate for all."
    )
  }

  private static func minima(_ sheet: LectureSheet) throws {
    func f(_ x: Tensor) -> Tensor { (x.square() * (1 + x.sin())).sum() }
    var found: [(x: Double, value: Double)] = []
    for start in stride(from: -30.0, through: 30, by: 0.25) {
      guard let end = try? Newton.minimize(startingAt: [start], { f($0) }), end.reason.isGood else {
        continue
      }
      let place = end.x[0]
      if abs(place) <= 30, end.inertia.negative == 0, !found.contains(where: { abs($0.x - place) < 1e-3 }) {
        found.append((place, end.value))
      }
    }
    found.sort { $0.x < $1.x }
    // Where sin x = -1 the value is 0 as at x = 0: one valley for each turn.
    let valleys = found.filter { abs($0.x) > 1e-2 }
    sheet.claim(
      "minima within -30 to 30", "infinitely many, one for each turn of the sine", "\(found.count)",
      found.count >= 9)
    let lows = valleys.map(\.value).max() ?? .nan
    sheet.claim(
      "their values", "0 at each, where sin x = -1", String(format: "at most %.1e", lows), lows < 1e-6)
    func changed(_ x: Tensor) -> Tensor { f(x) + 0.02 * (x - 14).square().sum() }
    let lowest = found.map { minimum in
      (try? Newton.minimize(startingAt: [minimum.x], { changed($0) }).value) ?? .infinity
    }
    let best = lowest.indices.min { lowest[$0] < lowest[$1] } ?? 0
    sheet.note(
      "with 0.02 (x - 14)² added: the lowest", "evaluate all", String(format: "near x = %.2f", found[best].x))
    let places = (-600...600).map { Double($0) / 40 }
    try sheet.draw(
      "curve", "The function, and its minima as far as they are seen.",
      lineChart(
        "x² (1 + sin x)", "x", "value",
        [
          ("f", places.map { ($0, $0 * $0 * (1 + sin($0))) }),
          (
            "with 0.02 (x - 14)² added", places.map { ($0, $0 * $0 * (1 + sin($0)) + 0.02 * pow($0 - 14, 2)) }
          ),
        ]))
    sheet.say(
      "All its minima have the value 0. A term that differs from valley to valley leaves one of them lowest, and nothing local tells which."
    )
  }

  // MARK: Mini-batches

  private static func batchAndRate(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    var lines: [(String, [(Double, Double)])] = []
    for (size, rate) in [(1, 0.002), (10, 0.02), (10, 0.2), (100, 0.2), (100, 0.8), (500, 0.8)] {
      let run = try chapter.train(SGD(learningRate: rate), batchSize: size, epochs: 4)
      sheet.note(
        "batches of \(size), rate \(rate.short)", "",
        String(format: "loss %.4f, %.5f s an epoch", run.loss, run.secondsPerEpoch))
      lines.append(("\(size), \(rate.short)", run.curve.map { ($0.epoch, $0.loss) }))
    }
    var chart = lineChart("Batch size, learning rate", "epoch", "loss", lines)
    chart.yRange = 0.22...0.35
    try sheet.draw("loss", "Six settings.", chart)
    sheet.say(
      "Larger batches bear larger rates and take less time an epoch; small ones learn more from each.")
  }

  private static func tenth(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    let rule = SGD(learningRate: 0.05)
    let runs = try [1.0, 10].map { divisor in
      try (0..<10).map {
        try chapter.train(rule, batchSize: 10, epochs: 4, seed: UInt64($0), divisor: divisor)
      }
    }
    let ends = runs.map { mean($0.map(\.loss)) }
    sheet.claim(
      "mean loss of 10 seeds: constant, falling", "the falling rate has less noise",
      ends.map { String(format: "%.5f", $0) }.joined(separator: ", "), ends[1] < ends[0])
    var chart = lineChart(
      "Mini-batches of 10", "epoch", "loss",
      zip(["rate 0.05", "a tenth after each epoch"], runs).map {
        ($0, $1[0].curve.map { ($0.epoch, $0.loss) })
      })
    chart.yRange = 0.24...0.28
    try sheet.draw("loss", "Seed 0 of each.", chart)
    sheet.say(
      "After the first epoch the falling rate is flat and near the least loss; the constant one keeps wandering."
    )
  }

  private static func genie(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    let cases: [(String, Double, Int)] = [
      ("gradient descent", 1, 1500), ("mini-batches of 100", 0.4, 100), ("SGD", 0.005, 1),
    ]
    for (name, rate, size) in cases {
      let isFull = size == 1500
      let once = try chapter.train(SGD(learningRate: rate), batchSize: size, epochs: 2)
      let twice = try chapter.train(
        SGD(learningRate: rate), batchSize: isFull ? 3000 : size, epochs: 2, copies: 2)
      sheet.note(
        "\(name), two epochs: steps", "", "\(2 * (1500 + size - 1) / size), \(isFull ? 2 : 2 * 3000 / size)")
      sheet.note("\(name): loss once, twice", "", String(format: "%.4f, %.4f", once.loss, twice.loss))
      if isFull {
        sheet.claim(
          "gradient descent", "the same steps for twice the work",
          String(format: "%.1e apart", abs(once.loss - twice.loss)), abs(once.loss - twice.loss) < 1e-3)
      }
    }
    sheet.say(
      "Gradient descent does the same at twice the cost; SGD and mini-batches make twice the steps in an epoch, and so get as far in half of one."
    )
  }
}
