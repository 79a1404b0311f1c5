import Descent
import Foundation

extension LectureEntry {
  /// The pictures of paths over contours: gradient descent, noise, the narrow valley, momentum, adaptive rules.
  static var traces: [LectureEntry] {
    [
      LectureEntry(
        name: "trace-descent", document: .notebook,
        title: "Vanilla gradient descent on x1² + 2 x2², learning rate 0.1, 20 steps"
      ) { sheet in
        let trace = try follow(moderate, SGD(learningRate: 0.1))
        sheet.compare("gradient descent", NotebookTrace(1, 2, NotebookTrace.descent(0.1)), trace)
        sheet.same("x1 after 20 steps, -5 · 0.8²⁰", formula: -5 * pow(0.8, 20), trace.points[20][0])
        sheet.same("x2 after 20 steps, -2 · 0.6²⁰", formula: -2 * pow(0.6, 20), trace.points[20][1])
        try sheet.drawPaths(
          "path", "The exact gradient leads straight down.", moderate,
          [.init(name: "gradient descent", trace: trace)],
          title: "\(moderate)\ngradient descent, learning rate 0.1, 20 steps from (-5, -2)",
          window: notebookWindow)
        sheet.say("Each coordinate shrinks by its own factor, 0.8 and 0.6, so that x2 is done before x1.")
      },
      noisy(
        "trace-noisy", "Noisy gradients, constant rate 0.1, 50 steps", schedule: nil, steps: 50,
        expected: "0.0434", in: 0.034...0.053,
        say:
          "The path never comes to rest: with a constant rate the squared distance stays at the noise's, 0.1² / (1 - 0.8²) + 0.1² / (1 - 0.6²) = 0.0434 on average, however many steps follow."
      ),
      noisy(
        "trace-noisy-exponential", "Noisy gradients, rate 0.1 exp(-0.1 t), 1000 steps",
        schedule: .lambda { exp(-0.1 * Double($0 + 2)) }, steps: 1000, expected: "far from 0", in: 0.3...2,
        say: "The rate is gone before the path has arrived: it ends about 0.8 short of the minimum, and calm."
      ),
      noisy(
        "trace-noisy-polynomial", "Noisy gradients, rate 0.1 (1 + 0.1 t)^-0.5, 50 steps",
        schedule: .lambda { pow(1 + 0.1 * Double($0 + 2), -0.5) }, steps: 50, expected: "good",
        in: 0.08...0.16,
        say:
          "The polynomial rate arrives, and ends at 0.12 on average, where the constant rate stays at 0.19."),
      LectureEntry(
        name: "valley-descent", document: .notebook,
        title: "Gradient descent on 0.1 x1² + 2 x2², learning rates 0.4, 0.5 and 0.6", run: valleyDescent),
      LectureEntry(
        name: "valley-momentum", document: .notebook,
        title: "Momentum 0.5 and 0.25 on the same valley, learning rate 0.6", run: valleyMomentum),
      adaptive(
        "valley-adagrad", "AdaGrad on the valley, learning rates 0.4 and 2",
        [
          (
            "learning rate 0.4", Adagrad(learningRate: 0.4, eps: 1e-6, epsilonPlacement: .inside),
            NotebookTrace.adagrad(0.4)
          ),
          (
            "learning rate 2", Adagrad(learningRate: 2, eps: 1e-6, epsilonPlacement: .inside),
            NotebookTrace.adagrad(2)
          ),
        ],
        say: "At 0.4 the sum of squares brakes the path before it arrives; at 2 it does arrive."
      ) { traces, sheet in
        let ends = traces.map { distance($0.points.last!) }
        sheet.claim(
          "learning rate 0.4", "does not move as much later", String(format: "ends %.3f away", ends[0]),
          ends[0] > 1)
        sheet.claim(
          "learning rate 2", "much better behavior", String(format: "ends %.1e away", ends[1]),
          ends[1] < 0.1 * ends[0])
      },
      adaptive(
        "valley-rmsprop", "RMSProp on the valley, learning rate 0.4, γ = 0.9",
        [
          (
            "RMSProp", RMSprop(learningRate: 0.4, alpha: 0.9, eps: 1e-6, epsilonPlacement: .inside),
            NotebookTrace.rmsprop(0.4, 0.9)
          )
        ],
        say:
          "The leaky mean forgets the first, large gradients: the rate that was too little for AdaGrad arrives here."
      ) { traces, sheet in
        let end = abs(traces[0].points.last![0])
        sheet.claim(
          "x1 after 20 steps", "does not slow down as AdaGrad's", String(format: "%.3f away", end), end < 0.1)
      },
    ]
  }

  static let moderate = known("x1^2 + 2 x2^2")
  static let valley = known("0.1 x1^2 + 2 x2^2")

  private static func known(_ text: String) -> Formula {
    do {
      return try Formula(text)
    } catch {
      stop(error.message)
    }
  }

  /// What the notebook shows of the plane.
  static let notebookWindow = (x: -5.5...1.0, y: -3.0...1.0)

  /// A trace from the notebook's start.
  static func follow(
    _ objective: any Objective, _ rule: any OptimizerRule, steps: Int = 20, schedule: Schedule? = nil,
    noise: Double = 0, seed: UInt64 = 0, from start: [Double] = [-5, -2]
  ) throws -> Trace {
    try Trace(
      of: objective, from: start, steps: steps, by: rule, schedule: schedule, noise: noise,
      generator: Generator(seed: seed))
  }

  // MARK: Noise

  private static func noisy(
    _ name: String, _ title: String, schedule: Schedule?, steps: Int, expected: String,
    in range: ClosedRange<Double>, say sentence: String
  ) -> LectureEntry {
    LectureEntry(name: name, document: .notebook, title: title) { sheet in
      func trace(_ seed: UInt64) throws -> Trace {
        try follow(moderate, SGD(learningRate: 0.1), steps: steps, schedule: schedule, noise: 1, seed: seed)
      }
      let ends = try (0..<100).map { try trace($0).points.last! }
      let isSquared = schedule == nil
      let distances = ends.map { isSquared ? pow(distance($0), 2) : distance($0) }
      sheet.chance(
        "mean \(isSquared ? "squared " : "")distance from the minimum, 100 seeds", expected,
        distances.reduce(0, +) / 100, in: range)
      let paths = try [LectureSheet.TracedPath(name: "seed 0", trace: trace(0))]
      try sheet.drawPaths(
        "path", "One of the paths.", moderate, paths,
        title: "\(moderate)\n\(title)", window: notebookWindow)
      let curves = try (0..<UInt64(3)).map { seed in
        (name: "seed \(seed)", values: try trace(seed).points.map(distance))
      }
      try sheet.drawCurves(
        "distance", "The distance from the minimum, step by step.", title: title,
        yLabel: "distance from (0, 0)",
        isLogarithmic: true, curves)
      sheet.say(sentence)
    }
  }

  // MARK: The valley

  private static func valleyDescent(_ sheet: LectureSheet) throws {
    let rates = [0.4, 0.5, 0.6]
    let traces = try rates.map { try follow(valley, SGD(learningRate: $0)) }
    for (rate, trace) in zip(rates, traces) {
      sheet.compare("learning rate \(rate)", NotebookTrace(0.1, 2, NotebookTrace.descent(rate)), trace)
    }
    let ends = traces.map { $0.points.last! }
    sheet.claim(
      "0.4", "does not diverge in x2, slow in x1", place(ends[0]),
      abs(ends[0][1]) < 0.01 && abs(ends[0][0]) > 0.5)
    sheet.claim("0.5, the listing's", "much worse overall", place(ends[1]), abs(ends[1][1]) >= 1.999)
    sheet.claim("0.6, the text's", "diverges in x2", place(ends[2]), abs(ends[2][1]) > 100)
    sheet.say(
      "The text speaks of 0.6 and the listing has 0.5: at 0.5, where 1 - 4 η = -1, x2 jumps between -2 and 2 for ever; at 0.6 it grows by 1.4 a step."
    )
    for (rate, trace) in zip(rates, traces) {
      try sheet.drawPaths(
        "\(rate)", "Learning rate \(rate).", valley, [.init(name: "gradient descent", trace: trace)],
        title: "\(valley)\ngradient descent, learning rate \(rate), 20 steps from (-5, -2)",
        window: (x: -5.5...1.0, y: rate == 0.4 ? -3.0...2.0 : -3.0...3.0))
    }
  }

  static func place(_ point: [Double]) -> String {
    "(" + point.map { String(format: "%.4g", $0) }.joined(separator: ", ") + ")"
  }

  private static func valleyMomentum(_ sheet: LectureSheet) throws {
    let betas = [0.5, 0.25]
    let traces = try betas.map { try follow(valley, SGD(learningRate: 0.6, momentum: $0)) }
    for (beta, trace) in zip(betas, traces) {
      sheet.compare("momentum \(beta)", NotebookTrace(0.1, 2, NotebookTrace.momentum(0.6, beta)), trace)
      try sheet.drawPaths(
        "\(beta)", "Momentum \(beta).", valley, [.init(name: "momentum \(beta)", trace: trace)],
        title: "\(valley)\nlearning rate 0.6, momentum \(beta), 20 steps from (-5, -2)",
        window: (x: -5.5...1.0, y: -3.0...3.0))
    }
    let ends = traces.map { distance($0.points.last!) }
    sheet.claim("0.5", "converges well", String(format: "ends %.4f away", ends[0]), ends[0] < 0.1)
    sheet.claim(
      "0.25", "barely converges at all", String(format: "ends %.4f away", ends[1]),
      ends[1] > 3 * ends[0] && ends[1] < 2)
    sheet.say(
      "At 0.6 plain descent leaves; momentum averages the swings across the valley away, more at 0.5 than at 0.25."
    )
  }

  private static func adaptive(
    _ name: String, _ title: String,
    _ cases: [(name: String, rule: any OptimizerRule, formula: NotebookTrace.Rule)], say sentence: String,
    _ claims: @escaping ([Trace], LectureSheet) -> Void
  ) -> LectureEntry {
    LectureEntry(name: name, document: .notebook, title: title) { sheet in
      let traces = try cases.map { try follow(valley, $0.rule) }
      for (one, trace) in zip(cases, traces) {
        sheet.compare(one.name, NotebookTrace(0.1, 2, one.formula), trace)
      }
      claims(traces, sheet)
      try sheet.drawPaths(
        "path", title + ".", valley, zip(cases, traces).map { .init(name: $0.name, trace: $1) },
        title: "\(valley)\n\(title), 20 steps from (-5, -2)", window: notebookWindow)
      sheet.say(sentence)
    }
  }
}
