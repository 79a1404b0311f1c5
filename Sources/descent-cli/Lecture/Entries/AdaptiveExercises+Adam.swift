import Descent
import DescentCharts
import Foundation

/// Adadelta and Adam.
extension LectureEntry {
  // MARK: Adadelta

  static func rhos(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    var lines: [(String, [(Double, Double)])] = []
    for rho in [0.5, 0.9, 0.99, 0.999] {
      let run = try chapter.train(Adadelta(rho: rho, eps: 1e-5), batchSize: 10, epochs: 4)
      sheet.note("ρ = \(rho)", "", String(format: "loss %.4f", run.loss))
      lines.append(("ρ = \(rho)", run.curve.map { ($0.epoch, $0.loss) }))
    }
    var chart = lineChart("Adadelta on the airfoil data", "epoch", "loss", lines)
    chart.yRange = 0.22...0.45
    try sheet.draw("loss", "Four ρ.", chart)
    sheet.say("A ρ near 1 remembers the first, small steps for long, and starts slowly.")
  }

  static func adadeltaFormula(_ sheet: LectureSheet) throws {
    let (rho, eps) = (0.9, 1e-5)
    let x = Parameter(Tensor([2.0], dtype: .float64))
    let optimizer = try Optimizer([x], Adadelta(rho: rho, eps: eps))
    var (w, s, d) = (2.0, 0.0, 0.0)
    for step in 1...8 {
      let g = 2 * w
      s = rho * s + (1 - rho) * g * g
      // Neither g' nor its square is kept: x falls by the root of a ratio, and d grows by that ratio.
      let ratio = (d + eps) / (s + eps)
      w -= ratio.squareRoot() * g
      d = rho * d + (1 - rho) * ratio * g * g
      x.grad = Tensor([2 * x.item()], dtype: .float64)
      try optimizer.step()
      sheet.same("x², step \(step)", formula: w, x.item())
    }
    sheet.say("The ratio of the two means is all that is needed: no array for g'.")
  }

  static func adadeltaBreaks(_ sheet: LectureSheet) throws {
    let far = try follow(
      Formula("x1^2 + x2^2"), Adadelta(rho: 0.9, eps: 1e-6), steps: 1000, from: [1e4, 1e4])
    let gone = 1e4 - far.points.last![0]
    sheet.claim(
      "from 10000 away, 1000 steps", "it has a rate after all: √ε starts it",
      String(format: "went %.1f", gone), gone < 5000)
    let tiny = try follow(
      Formula("x1^2 + x2^2"), Adadelta(rho: 0.9, eps: 1e-6), steps: 3000, from: [1e-2, 1e-2])
    let late = tiny.points.suffix(1000).map(distance).max()!
    sheet.note(
      "from 0.01 away: largest distance in the last 1000 of 3000 steps", "", String(format: "%.1e", late))
    let scaled = try [1e-6, 1e-4, 1e-2].map { eps in
      (
        name: "ε = \(eps.short)",
        values: try follow(
          Formula("x1^2 + x2^2"), Adadelta(rho: 0.9, eps: eps), steps: 500, from: [100, 100]
        ).points.map(distance)
      )
    }
    try sheet.drawCurves(
      "epsilon", "From (100, 100), by ε.", title: "Adadelta on x1² + x2²", yLabel: "distance from (0, 0)",
      isLogarithmic: true, scaled)
    sheet.say(
      "Adadelta's first steps have the size √ε, in the units of x: far from the minimum it crawls for thousands of steps. ε is a learning rate by another name."
    )
  }

  static func adadeltaCompared(_ sheet: LectureSheet) throws {
    let rules: [(String, any OptimizerRule)] = [
      ("AdaGrad, 0.4", Adagrad(learningRate: 0.4)), ("RMSProp, 0.4", RMSprop(learningRate: 0.4, alpha: 0.9)),
      ("Adadelta, ρ = 0.9", Adadelta(rho: 0.9, eps: 1e-3)),
    ]
    let traces = try rules.map { try follow(valley, $0.1, steps: 100) }
    for (rule, trace) in zip(rules, traces) {
      sheet.note(
        "\(rule.0): distance after 20, 100 steps", "",
        String(format: "%.3f, %.3f", distance(trace.points[20]), distance(trace.points[100])))
    }
    try sheet.drawCurves(
      "distance", "Distances.", title: "\(valley)", yLabel: "distance from (0, 0)", isLogarithmic: true,
      zip(rules, traces).map { ($0.0, $1.points.map(distance)) })
    try sheet.drawPaths(
      "paths", "Paths.", valley, zip(rules, traces).map { .init(name: $0.0, trace: $1) },
      title: "\(valley), 100 steps from (-5, -2)", window: notebookWindow)
    sheet.say(
      "RMSProp arrives first and then swings with its constant rate; AdaGrad comes to rest early; Adadelta starts slowly and gathers speed."
    )
  }

  // MARK: Adam

  static func adamRates(_ sheet: LectureSheet) throws {
    let chapter = try sheet.data.airfoilChapter()
    var lines: [(String, [(Double, Double)])] = []
    for rate in [0.0003, 0.001, 0.01, 0.1, 1] {
      let run = try chapter.train(Adam(learningRate: rate, eps: 1e-6), batchSize: 10, epochs: 4)
      sheet.note("rate \(rate.short)", "", String(format: "loss %.4f", run.loss))
      lines.append(("rate \(rate.short)", run.curve.map { ($0.epoch, $0.loss) }))
    }
    var chart = lineChart("Adam on the airfoil data", "epoch", "loss", lines)
    chart.yRange = 0.22...0.6
    try sheet.draw("loss", "Five rates.", chart)
    sheet.say("From 0.001 to 0.1 Adam ends near the minimum, sooner or noisier; at 1 it does not settle.")
  }

  static func uncorrected(_ sheet: LectureSheet) throws {
    // Averages with weights β (1 - β^(t-1)) / (1 - β^t) need no division afterwards.
    let (b1, b2, eps, rate) = (0.9, 0.999, 1e-8, 0.1)
    let x = Parameter(Tensor([1.0], dtype: .float64))
    let optimizer = try Optimizer([x], Adam(learningRate: rate))
    var (w, m, v) = (1.0, 0.0, 0.0)
    for t in 1...8 {
      let g = 2 * w
      func kept(_ beta: Double) -> Double {
        beta * (1 - pow(beta, Double(t - 1))) / (1 - pow(beta, Double(t)))
      }
      m = kept(b1) * m + (1 - kept(b1)) * g
      v = kept(b2) * v + (1 - kept(b2)) * g * g
      w -= rate * m / (v.squareRoot() + eps)
      x.grad = Tensor([2 * x.item()], dtype: .float64)
      try optimizer.step()
      sheet.same("x², step \(t)", formula: w, x.item(), tolerance: 1e-10)
    }
    sheet.say(
      "Let the decay grow from 0 to β as β (1 - β^(t-1)) / (1 - β^t): the means are then unbiased from the first step, and Adam is the same."
    )
  }

  static func adamDecay(_ sheet: LectureSheet) throws {
    func values(_ schedule: Schedule?) throws -> [Double] {
      let traces = try (0..<20).map {
        try follow(
          moderate, Adam(learningRate: 0.2), steps: 600, schedule: schedule, noise: 1, seed: UInt64($0))
      }
      return (0...600).map { step in traces.reduce(0) { $0 + distance($1.points[step]) } / 20 }
    }
    let (constant, falling) = (try values(nil), try values(.polynomialDecay(alpha: 0.5, beta: 0.1)))
    sheet.claim(
      "mean distance after 600 steps: constant, falling", "the rate must fall",
      String(format: "%.3f, %.3f", constant[600], falling[600]), falling[600] < 0.6 * constant[600])
    try sheet.drawCurves(
      "distance", "Means over 20 seeds.", title: "\(moderate), Adam 0.2, gradient noise 1",
      yLabel: "distance from (0, 0)", isLogarithmic: true,
      [("constant rate", constant), ("rate (1 + 0.1 t)^-0.5", falling)])
    sheet.say(
      "Adam divides by the gradients' size, noise included: its steps do not shrink near the minimum unless the rate does."
    )
  }

  static func adamDiverges(_ sheet: LectureSheet) throws {
    // After Reddi, Kale and Kumar: on x in [-1, 1] a slope of 30 in one step of eleven, of -2 in the others. On average it
    // is 0.9 upwards, so that the best x is -1.
    func path(_ rule: any OptimizerRule) throws -> [Double] {
      let x = Parameter(Tensor([0.0], dtype: .float64))
      let optimizer = try Optimizer([x], rule)
      var path = [0.0]
      for step in 0..<4000 {
        x.grad = Tensor([step % 11 == 0 ? 30.0 : -2], dtype: .float64)
        try optimizer.setOptions(["lr": 0.3 / Double(step + 1).squareRoot()])
        try optimizer.step()
        x.fill(min(1, max(-1, x.item())))
        path.append(x.item())
      }
      return path
    }
    // β₂ small, so that the rare large gradient is forgotten before it has acted.
    let adam = try path(Adam(learningRate: 0.3, betas: (0, 0.5)))
    let yogi = try path(Yogi(learningRate: 0.3, betas: (0, 0.5), biasCorrection: false))
    sheet.note("mean slope a step", "", String(format: "%.3f", (30.0 - 20) / 11))
    sheet.claim("Adam ends at", "the worst point, 1", String(format: "%.3f", adam.last!), adam.last! > 0.9)
    sheet.claim("Yogi ends at", "the best point, -1", String(format: "%.3f", yogi.last!), yogi.last! < -0.9)
    let shown = stride(from: 0, to: adam.count, by: 4)
    try sheet.draw(
      "x", "Where each is, step by step.",
      lineChart(
        "A rare, large gradient", "steps", "x",
        [("Adam", shown.map { (Double($0), adam[$0]) }), ("Yogi", shown.map { (Double($0), yogi[$0]) })]))
    sheet.say(
      "Adam's mean of squares forgets the rare large gradient within a few steps, and so the many small ones, each divided by its own size, win. Yogi's lets it go only slowly."
    )
  }
}
