import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// Curves that formulas give: schedules, weights of past gradients, convergence on a parabola.
  static var rates: [LectureEntry] {
    [
      LectureEntry(
        name: "rates-dynamic", document: .notebook,
        title: "Piecewise constant, exponential and polynomial learning rates", run: dynamicRates),
      LectureEntry(
        name: "sample-weights", document: .notebook,
        title: "Effective sample weight of momentum: β^t for β = 0.95, 0.9, 0.6, 0"
      ) { sheet in
        try weights(sheet, "β", [0.95, 0.9, 0.6, 0], normalized: false)
        sheet.printed("effective number of gradients at β = 0.9", "10", 1 / (1 - 0.9))
        sheet.say("A gradient's weight is what one unit of it leaves in the velocity: large β remember long.")
      },
      LectureEntry(
        name: "rmsprop-weights", document: .notebook,
        title: "RMSProp's weights of the past 40 squares, γ = 0.95, 0.9, 0.8, 0.7"
      ) { sheet in
        try weights(sheet, "γ", [0.95, 0.9, 0.8, 0.7], normalized: true)
        sheet.printed("observations averaged over at γ = 0.9", "10", 1 / (1 - 0.9))
        sheet.say(
          "All weights of the past sum to 1, forty of them to 1 - γ^40. The text calls γ^-1 the half-life; the weights show that it is log 0.5 / log γ, 6.6 steps at 0.9."
        )
      },
      LectureEntry(
        name: "scalar-rates", document: .notebook,
        title: "Gradient descent on λ/2 x²: (1 - η λ)^t for λ = 0.1, 1, 10, 19", run: scalarRates),
      LectureEntry(
        name: "momentum-matrix", document: .notebook,
        title: "Momentum on λ/2 x²: the matrix R(β, η, λ), and convergence for 0 < η λ < 2 + 2 β",
        run: momentumMatrix),
      LectureEntry(
        name: "lab-lambda", document: .lab, title: "LambdaLR: rate 100 · 0.65^epoch over ten epochs"
      ) { sheet in
        let rates = try Schedule.lambda { pow(0.65, Double($0)) }.values(base: 100, count: 10)
        for (epoch, rate) in rates.enumerated() {
          sheet.same("epoch \(epoch)", formula: 100 * pow(0.65, Double(epoch)), rate)
        }
        try sheet.drawCurves(
          "rate", "The rate of each epoch.", title: "LambdaLR, 100 · 0.65^epoch", xLabel: "epoch",
          yLabel: "learning rate", [("", rates)])
        sheet.say("Each epoch has 65 % of the rate of the one before.")
      },
      LectureEntry(
        name: "lab-schedulers", document: .lab, title: "The gallery of schedulers that the lab links to",
        run: schedulerGallery),
    ]
  }

  // MARK: Schedules

  private static func dynamicRates(_ sheet: LectureSheet) throws {
    // The notebook draws them over t in [0, 2]: here a step is 2 / 49.
    let (count, width) = (50, 2.0 / 49)
    let cases: [(name: String, schedule: Schedule, formula: (Double) -> Double)] = [
      (
        "piecewise constant",
        .piecewiseConstant(
          boundaries: [0.5, 1, 1.5].map { ($0 / width).rounded(.up) }, factors: [1, 0.5, 0.25, 0]),
        { t in t < 0.5 ? 1 : t < 1 ? 0.5 : t < 1.5 ? 0.25 : 0 }
      ),
      ("exponential", .exponentialDecay(lambda: width), { exp(-$0) }),
      ("polynomial", .polynomialDecay(alpha: 0.5, beta: width), { pow($0 + 1, -0.5) }),
    ]
    var lines: [LineChart.Line] = []
    for one in cases {
      let values = try one.schedule.values(count: count)
      let formula = (0..<count).map { one.formula(Double($0) * width) }
      let away = zip(values, formula).map { abs($0 - $1) }.max() ?? .nan
      sheet.claim(
        "\(one.name): all 50 values", "the listing's formula", String(format: "%.1e away", away), away < 1e-12
      )
      lines.append(
        .init(name: one.name, points: values.enumerated().map { (Double($0) * width, $1) }))
    }
    try sheet.draw(
      "curves", "The three strategies from rate 1.",
      LineChart(
        title: "Dynamic learning rates, η₀ = 1, λ = 1, α = 0.5, β = 1", xLabel: "t", yLabel: "learning rate",
        lines: lines))
    sheet.say("The exponential rate is the first to be gone; the polynomial one falls ever more slowly.")
  }

  private static func schedulerGallery(_ sheet: LectureSheet) throws {
    let (steps, base) = (100, 0.1)
    let texts = [
      "exponential(0.95)", "step(30)", "multi_step((30, 60, 80), gamma=0.3)", "polynomial(100, power=2)",
      "cosine_annealing", "cosine_annealing_warm_restarts(20, 2)",
      "cyclic(base_lr=0.01, max_lr=0.1, step_size_up=20)", "one_cycle(max_lr=0.1)",
    ]
    let curves = try texts.map { text in
      (name: text, values: try Schedule(text, steps: steps).values(base: base, count: steps))
    }
    try sheet.drawCurves(
      "decay", "Schedules that only fall.", title: "Schedules over 100 steps from 0.1",
      yLabel: "learning rate",
      Array(curves[..<5]))
    try sheet.drawCurves(
      "cycles", "Schedules that rise again.", title: "Cyclic schedules over 100 steps",
      yLabel: "learning rate",
      Array(curves[5...]))
    sheet.claim(
      "step(30) after 30, 60, 90", "a tenth each",
      [30, 60, 90].map { String(format: "%.2g", curves[1].values[$0]) }.joined(separator: ", "),
      [30, 60, 90].enumerated().allSatisfy {
        abs(curves[1].values[$1] - base * pow(0.1, Double($0 + 1))) < 1e-15
      })
    sheet.same("exponential(0.95) at step 99", formula: base * pow(0.95, 99), curves[0].values[99])
    sheet.say("descent schedule draws any of them: descent schedules lists all.")
  }

  // MARK: Weights of the past

  /// One gradient of 1 and then none: what is left of it.
  private static func weights(
    _ sheet: LectureSheet, _ letter: String, _ decays: [Double], normalized: Bool
  ) throws {
    var curves: [(name: String, values: [Double])] = []
    for decay in decays {
      var values: [Double] = []
      let x = Parameter(Tensor([0.0], dtype: .float64))
      let rule: any OptimizerRule =
        normalized ? RMSprop(learningRate: 0, alpha: decay) : SGD(learningRate: 1, momentum: decay)
      let optimizer = try Optimizer([x], rule)
      for step in 0..<40 {
        let before = x.item()
        x.grad = Tensor([step == 0 ? 1.0 : 0], dtype: .float64)
        try optimizer.step()
        values.append(
          normalized ? squares(optimizer) : before - x.item())
      }
      let sum = values.reduce(0, +)
      let scale = normalized ? 1 - decay : 1
      let all = decay == 0 ? 1 : (1 - pow(decay, 40)) / (1 - decay)
      sheet.same("\(letter) = \(decay.short): 40 weights sum to", formula: scale * all, sum)
      sheet.same(
        "\(letter) = \(decay.short): the weight 10 steps back", formula: scale * pow(decay, 10), values[10])
      curves.append(("\(letter) = \(decay.short)", values))
    }
    try sheet.drawCurves(
      "weights", "What a gradient counts so many steps later.",
      title: normalized ? "(1 - γ) γ^t" : "β^t", xLabel: "steps ago", yLabel: "weight", curves)
  }

  private static func squares(_ optimizer: Optimizer) -> Double {
    optimizer.stateDict.first { $0.key.contains("square") }?.value.item() ?? .nan
  }

  // MARK: A parabola

  private static func scalarRates(_ sheet: LectureSheet) throws {
    var curves: [(name: String, values: [Double])] = []
    for lambda in [0.1, 1, 10, 19] {
      let trace = try follow(
        Quadratic(eigenvalues: [lambda]), SGD(learningRate: 0.1), steps: 19, from: [1])
      let values = trace.points.map { $0[0] }
      sheet.same("λ = \(lambda.short), after 19 steps", formula: pow(1 - 0.1 * lambda, 19), values[19])
      curves.append(("λ = \(lambda.short)", values))
    }
    let fastest = curves.min { abs($0.values[5]) < abs($1.values[5]) }!.name
    sheet.claim("fastest", "η λ = 1: λ = 10", fastest, fastest == "λ = 10")
    let beyond = try follow(Quadratic(eigenvalues: [21]), SGD(learningRate: 0.1), steps: 50, from: [1])
    sheet.claim(
      "η λ = 2.1", "diverges", String(format: "|x| = %.1f after 50 steps", abs(beyond.points.last![0])),
      abs(beyond.points.last![0]) > 100)
    try sheet.drawCurves(
      "curves", "x after t steps from 1.", title: "(1 - η λ)^t, η = 0.1", xLabel: "steps t", yLabel: "x",
      curves)
    sheet.say(
      "At λ = 10 one step arrives; at 19 each step jumps to the other side. The text says that things diverge beyond η λ = 1; they swing there, and diverge beyond 2."
    )
  }

  private static func momentumMatrix(_ sheet: LectureSheet) throws {
    func trace(_ beta: Double, _ product: Double, steps: Int) throws -> Trace {
      try follow(
        Quadratic(eigenvalues: [1]), SGD(learningRate: product, momentum: beta), steps: steps, from: [1])
    }
    var lines: [LineChart.Line] = []
    for beta in [0, 0.25, 0.5, 0.9] {
      let limit = 2 + 2 * beta
      let inside = try trace(beta, limit - 0.02, steps: 3000)
      let outside = try trace(beta, limit + 0.02, steps: 3000)
      let (ends, grows) = (abs(inside.points.last![0]), abs(outside.points.last![0]))
      sheet.claim(
        "β = \(beta.short), η λ = \((limit - 0.02).short)", "converges",
        String(format: "|x| = %.1e after 3000 steps", ends),
        ends < 1)
      sheet.claim(
        "β = \(beta.short), η λ = \((limit + 0.02).short)", "diverges", String(format: "|x| = %.1e", grows),
        grows > 1e3 || outside.divergedAt != nil)
      let products = (1...80).map { limit * 1.1 * Double($0) / 80 }
      lines.append(
        .init(
          name: "β = \(beta.short)",
          points: products.map {
            ($0, SGDDynamics(learningRate: $0, momentum: beta, curvature: 1).radius)
          }))
    }
    // Where the eigenvalues are complex, each step shrinks by √β.
    let swinging = try trace(0.5, 0.6, steps: 200)
    let largest = (150..<200).map { step in
      pow(max(abs(swinging.points[step][0]), abs(swinging.points[step + 1][0])), 1 / Double(step))
    }.max()!
    sheet.chance("shrinking a step at β = 0.5, η λ = 0.6", "√0.5 = 0.7071", largest, in: 0.69...0.72)
    try sheet.draw(
      "radius", "The largest eigenvalue of R(β, η, λ): below 1 it converges.",
      LineChart(
        title: "Spectral radius of R(β, η, λ)", xLabel: "η λ", yLabel: "largest |eigenvalue|", lines: lines))
    sheet.say(
      "Momentum converges up to η λ = 2 + 2 β, where plain descent ends at 2; between, each step shrinks by √β."
    )
  }
}
