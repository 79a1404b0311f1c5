import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The notebook's convergence analysis, and sparse features.
  static var convex: [LectureEntry] {
    [
      LectureEntry(
        name: "convex-bound", document: .notebook,
        title: "The convergence bound: known and unknown horizon, strong convexity; bound and experiment",
        run: bound),
      LectureEntry(
        name: "sparse-features", document: .notebook,
        title: "Features that occur infrequently: a rate for each coordinate", run: sparse),
    ]
  }

  /// Least absolute deviation on the line: the risk is the mean of |w - x| over x of -1 and 1 with more of 1; slopes are at
  /// most L = 1, and the best w is 1, at distance r = 3 from the start.
  private static func average(_ schedule: Schedule, steps: Int, seed: UInt64) throws -> Double {
    let generator = Generator(seed: seed)
    let draws = Tensor.rand([steps], dtype: .float64, generator: generator).doubles
    let w = Parameter(Tensor([-2.0], dtype: .float64))
    let optimizer = try Optimizer([w], SGD(learningRate: 1))
    let rates = try schedule.values(count: steps)
    var (sum, weights) = (0.0, 0.0)
    for step in 0..<steps {
      (sum, weights) = (sum + rates[step] * w.item(), weights + rates[step])
      let x = draws[step] < 0.25 ? -1.0 : 1.0
      optimizer.zeroGrad()
      (w - x).abs().sum().backward()
      try optimizer.setOptions(["lr": rates[step]])
      try optimizer.step()
    }
    // The risk at the average, less the least risk, 0.5.
    let at = sum / weights
    return 0.25 * abs(at + 1) + 0.75 * abs(at - 1) - 0.5
  }

  private static func bound(_ sheet: LectureSheet) throws {
    let (r, l) = (3.0, 1.0)
    let horizons = [10, 30, 100, 300, 1000, 3000]
    var (known, knownBound, unknown, unknownBound): ([Double], [Double], [Double], [Double]) = (
      [], [], [], []
    )
    for steps in horizons {
      let fixed = Schedule.knownHorizon(distance: r, gradientBound: l, steps: steps)
      let falling = Schedule.squareRoot()
      let seeds = (0..<8).map { UInt64($0) }
      known.append(try seeds.map { try average(fixed, steps: steps, seed: $0) }.reduce(0, +) / 8)
      unknown.append(try seeds.map { try average(falling, steps: steps, seed: $0) }.reduce(0, +) / 8)
      for (schedule, isKnown) in [(fixed, true), (falling, false)] {
        let value = SGDBound(distance: r, gradient: l).excess(rates: try schedule.values(count: steps))
        if isKnown { knownBound.append(value) } else { unknownBound.append(value) }
      }
      sheet.same(
        "T = \(steps): the bound at η = r / (L √T) is rL / √T", formula: r * l / Double(steps).squareRoot(),
        knownBound.last!)
    }
    for (index, steps) in horizons.enumerated() {
      sheet.claim(
        "T = \(steps): excess risk of the average, known and unknown horizon",
        String(format: "at most %.4f and %.4f", knownBound[index], unknownBound[index]),
        String(format: "%.4f and %.4f", known[index], unknown[index]),
        known[index] <= knownBound[index] && unknown[index] <= unknownBound[index])
    }
    let growth = unknownBound[5] / knownBound[5] / (unknownBound[2] / knownBound[2])
    sheet.claim(
      "unknown against known horizon, from T = 100 to 3000", "a logarithmic factor",
      String(format: "the ratio of the bounds grows %.2f times", growth), growth > 1)
    var chart = lineChart(
      "The bound (r² + L² Σ η²) / (2 Σ η), and SGD on a mean of |w - x|", "steps T", "excess risk",
      [
        ("known horizon, bound", zip(horizons, knownBound).map { (Double($0), $1) }),
        ("known horizon, SGD", zip(horizons, known).map { (Double($0), max($1, 1e-4)) }),
        ("unknown horizon, bound", zip(horizons, unknownBound).map { (Double($0), $1) }),
        ("unknown horizon, SGD", zip(horizons, unknown).map { (Double($0), max($1, 1e-4)) }),
      ])
    (chart.isLogarithmic, chart.isXLogarithmic) = (true, true)
    for index in chart.lines.indices {
      chart.lines[index].color = index / 2
      chart.lines[index].style = index.isMultiple(of: 2) ? .dashed : .marked
    }
    try sheet.draw("bound", "Bounds, and what SGD does: means of 8 seeds.", chart)
    try strong(sheet)
    sheet.say(
      "SGD stays below its bound. The notebook writes rL (1 + 1/T) / (2 √T); summing T equal squares gives rL / √T itself."
    )
  }

  /// Strong convexity: a quadratic with noise, the rate 1 / (λ t).
  private static func strong(_ sheet: LectureSheet) throws {
    func risk(_ steps: Int, _ schedule: Schedule) throws -> Double {
      try (0..<40).map { seed in
        try follow(
          Quadratic(eigenvalues: [1]), SGD(learningRate: 1), steps: steps, schedule: schedule, noise: 1,
          seed: UInt64(seed), from: [3]
        ).values.last!
      }.reduce(0, +) / 40
    }
    let steps = [30, 100, 300, 1000]
    let risks = try steps.map { try risk($0, .inverseTime()) }
    for (index, count) in steps.enumerated() {
      let allowed = 2 * log(Double(count)) / Double(count)
      sheet.chance(
        "strongly convex, η = 1/(λ t), T = \(count): excess risk",
        String(format: "O(log T / T): %.4f", allowed), risks[index], in: 0...allowed)
    }
  }

  private static func sparse(_ sheet: LectureSheet) throws {
    // Feature i is there in one sample of 2^i.
    let (features, samples) = (6, 2000)
    let generator = Generator(seed: 3)
    let draws = Tensor.rand([samples, features], dtype: .float64, generator: generator)
    let shares = Tensor((0..<features).map { pow(2, -Double($0)) }, shape: [1, features], dtype: .float64)
    let x = (draws .< shares).to(.float64)
    let truth = Tensor([Double](repeating: 1, count: features), shape: [features, 1], dtype: .float64)
    let y = x.matmul(truth)
    func errors(_ rule: any OptimizerRule, _ schedule: Schedule?) throws -> [Double] {
      let w = Parameter(Tensor.zeros([features, 1], dtype: .float64))
      let optimizer = try Optimizer([w], rule)
      let scheduler = try schedule.map { try Scheduler(optimizer, $0) }
      for sample in 0..<samples {
        optimizer.zeroGrad()
        MSELoss()(x[rows: sample..<sample + 1].matmul(w), y[rows: sample..<sample + 1]).backward()
        try optimizer.step()
        try scheduler?.step()
      }
      return w.doubles.map { abs($0 - 1) }
    }
    let falling = try errors(SGD(learningRate: 0.1), .squareRoot())
    let adapted = try errors(Adagrad(learningRate: 0.3), nil)
    for index in 0..<features {
      sheet.note(
        "feature in 1 of \(1 << index): error of its weight, SGD and AdaGrad", "",
        String(format: "%.4f, %.4f", falling[index], adapted[index]))
    }
    sheet.claim(
      "the rarest feature", "AdaGrad's rate is still large for it",
      String(format: "%.4f against SGD's %.4f", adapted[features - 1], falling[features - 1]),
      adapted[features - 1] < falling[features - 1])
    var chart = lineChart(
      "Errors of the weights after one pass over 2000 samples", "one sample of so many has the feature",
      "|w - 1|",
      [
        ("SGD, rate 0.1 / √(t + 1)", falling.enumerated().map { (pow(2, Double($0)), max($1, 1e-8)) }),
        ("AdaGrad, rate 0.3", adapted.enumerated().map { (pow(2, Double($0)), max($1, 1e-8)) }),
      ])
    (chart.isLogarithmic, chart.isXLogarithmic) = (true, true)
    for index in chart.lines.indices { chart.lines[index].style = .marked }
    try sheet.draw("errors", "By how rare a feature is.", chart)
    sheet.say(
      "With one falling rate for all, rare features are still far off when it has become small; AdaGrad counts for each by itself."
    )
  }
}
