import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The slides' drawings of paths, which name no function: ours are over functions that show the same.
  static var paths: [LectureEntry] {
    [
      LectureEntry(
        name: "paths-stochastic", document: .slides,
        title: "Gradient descent, stochastic and mini-batch gradient descent: straight, noisy, less noisy",
        run: stochasticPaths),
      LectureEntry(
        name: "paths-momentum", document: .slides,
        title: "Why momentum really works: step size 0.02, momentum 0.99", run: distill),
      LectureEntry(
        name: "paths-nesterov", document: .slides, title: "Polyak's momentum and Nesterov's",
        run: nesterovPaths),
      LectureEntry(
        name: "lab-paths", document: .lab,
        title: "Paths of batch, mini-batch and stochastic gradient descent",
        run: stochasticPaths),
      LectureEntry(
        name: "lab-momentum", document: .lab, title: "SGD without momentum, with it, and with Nesterov's",
        run: labMomentum),
      LectureEntry(
        name: "lab-adaptive", document: .lab,
        title: "AdaGrad's rate goes to 0 before it arrives; RMSprop's and Adam's do not", run: labAdaptive),
      LectureEntry(
        name: "lab-saddle", document: .lab,
        title: "SGD and momentum stuck at a saddle point, adaptive rules escape", run: labSaddle),
      LectureEntry(
        name: "lab-acceleration", document: .lab,
        title: "Momentum gathers speed on a slope; SGD and momentum converge slower in a long valley",
        run: labAcceleration),
      LectureEntry(
        name: "course-curvature", document: .course,
        title: "A step size fits one curvature: too large across the valley, too small along it",
        run: courseCurvature),
      LectureEntry(
        name: "course-momentum", document: .course,
        title: "The narrow valley, η = 0.05, with γ = 0 and γ = 0.5", run: courseMomentum),
      LectureEntry(
        name: "course-adam", document: .course,
        title: "SGD with η = 0.05 beside Adam with η = 0.1, β₁ = 0.9, β₂ = 0.999", run: courseAdam),
    ]
  }

  private static func stochasticPaths(_ sheet: LectureSheet) throws {
    let rule = SGD(learningRate: 0.1)
    let traces = try [0.0, 2, 0.5].map { try follow(moderate, rule, steps: 40, noise: $0) }
    let names = ["gradient descent", "one sample a step: noise 2", "batches of 16: noise 2 / √16"]
    let climbs = traces.map { trace in zip(trace.values, trace.values.dropFirst()).count { $1 > $0 } }
    sheet.claim("steps that climb, gradient descent", "none", "\(climbs[0])", climbs[0] == 0)
    sheet.claim("stochastic", "will not decrease every time", "\(climbs[1]) of 40", climbs[1] > 0)
    func length(_ trace: Trace) -> Double {
      zip(trace.points, trace.points.dropFirst()).reduce(0) {
        $0 + distance([$1.0[0] - $1.1[0], $1.0[1] - $1.1[1]])
      }
    }
    let lengths = traces.map(length)
    sheet.claim(
      "length of the paths", "mini-batches reduce the variance",
      lengths.map { String(format: "%.1f", $0) }.joined(separator: ", "),
      lengths[1] > lengths[2] && lengths[2] > lengths[0])
    try sheet.drawPaths(
      "grid", "The three side by side.", moderate, zip(names, traces).map { .init(name: $0, trace: $1) },
      title: "\(moderate), learning rate 0.1, 40 steps", window: (x: -6...2.0, y: -3.0...2.0), isGrid: true)
    sheet.say(
      "A batch of 16 has a quarter of one sample's noise, and a path almost as straight as the exact one.")
  }

  private static func distill(_ sheet: LectureSheet) throws {
    // A valley of condition number 100, whose best plain rate is about 0.02.
    let bowl = try Quadratic(eigenvalues: [1, 100], rotation: 30)
    let traces = try [0, 0.9, 0.99].map {
      try follow(bowl, SGD(learningRate: 0.002, momentum: $0), steps: 150, from: [-3, 2])
    }
    let names = ["momentum 0", "momentum 0.9", "momentum 0.99"]
    let ends = traces.map { distance($0.points.last!) }
    for (name, end) in zip(names, ends) {
      sheet.note(name, "", String(format: "%.3g away after 150 steps", end))
    }
    sheet.claim(
      "momentum 0.9 against none", "faster convergence", String(format: "%.2g, %.2g", ends[1], ends[0]),
      ends[1] < ends[0])
    // In one direction, where the picture's numbers mean something by themselves.
    let swings = try follow(
      Quadratic(eigenvalues: [1]), SGD(learningRate: 0.02, momentum: 0.99), steps: 1000, from: [1])
    let crossings = zip(swings.points, swings.points.dropFirst()).count { $0[0] * $1[0] < 0 }
    sheet.claim(
      "α = 0.02, β = 0.99 on x²/2", "creates its own oscillations",
      "\(crossings) crossings of 0 in 1000 steps", crossings > 5)
    try sheet.drawCurves(
      "swings", "x at α = 0.02, β = 0.99.", title: "Momentum's own oscillations, x²/2", yLabel: "x",
      [("x", swings.points.map { $0[0] })])
    try sheet.drawPaths(
      "grid", "The same rate with more and more momentum.", bowl,
      zip(names, traces).map { .init(name: $0, trace: $1) },
      title: "\(bowl)\nlearning rate 0.002, 150 steps", isGrid: true)
    sheet.say("Momentum speeds the path up, and past about 0.9 makes it swing: it has a mass of its own.")
  }

  private static func nesterovPaths(_ sheet: LectureSheet) throws {
    let rules = [false, true].map { SGD(learningRate: 0.1, momentum: 0.9, nesterov: $0) }
    let traces = try rules.map { try follow(valley, $0, steps: 60) }
    let overshoot = traces.map { trace in trace.points.map { $0[1] }.max()! }
    sheet.claim(
      "largest x2 on the way, from -2", "Nesterov's looks ahead: less overshooting",
      String(format: "Polyak %.3f, Nesterov %.3f", overshoot[0], overshoot[1]), overshoot[1] < overshoot[0])
    try sheet.drawPaths(
      "grid", "The same rate and momentum.", valley,
      zip(["Polyak's momentum", "Nesterov's momentum"], traces).map { .init(name: $0, trace: $1) },
      title: "\(valley)\nlearning rate 0.1, momentum 0.9, 60 steps", window: (x: -6...4.0, y: -2.5...2.5),
      isGrid: true)
    sheet.say("Nesterov's gradient, taken where the momentum leads, brakes the swings before they are made.")
  }

  // MARK: Lab

  private static func labMomentum(_ sheet: LectureSheet) throws {
    let rules: [(String, SGD)] = [
      ("without momentum", SGD(learningRate: 0.1)), ("momentum 0.9", SGD(learningRate: 0.1, momentum: 0.9)),
      ("Nesterov 0.9", SGD(learningRate: 0.1, momentum: 0.9, nesterov: true)),
    ]
    let traces = try rules.map { try follow(valley, $0.1, steps: 60) }
    let ends = traces.map { abs($0.points[20][0]) }
    sheet.claim(
      "|x1| after 20 steps: without, with", "momentum carries on along the valley",
      String(format: "%.2f, %.2f", ends[0], ends[1]), ends[1] < ends[0])
    try sheet.drawPaths(
      "grid", "The lab's learning rate 0.1 and momentum 0.9.", valley,
      zip(rules, traces).map { .init(name: $0.0, trace: $1) },
      title: "\(valley), 60 steps", window: (x: -6...4.0, y: -2.5...2.5), isGrid: true)
    sheet.say("With momentum the path arrives, passes and comes back; Nesterov's does so with less swinging.")
  }

  private static func labAdaptive(_ sheet: LectureSheet) throws {
    let rules: [(String, any OptimizerRule)] = [
      ("AdaGrad", Adagrad(learningRate: 0.4)), ("RMSprop", RMSprop(learningRate: 0.4, alpha: 0.9)),
      ("Adam", Adam(learningRate: 0.4)),
    ]
    let traces = try rules.map { try follow(valley, $0.1, steps: 40) }
    func steps(_ trace: Trace) -> [Double] {
      zip(trace.points, trace.points.dropFirst()).map { distance([$0[0] - $1[0], $0[1] - $1[1]]) }
    }
    let lengths = traces.map(steps)
    sheet.claim(
      "AdaGrad's step 40 against its first", "the rate gets close to 0",
      String(format: "%.3f, %.3f", lengths[0][39], lengths[0][0]), lengths[0][39] < 0.3 * lengths[0][0])
    sheet.claim(
      "|x1| at the end: AdaGrad, RMSprop", "RMSprop's estimate does not keep increasing",
      String(format: "%.2f, %.2f", abs(traces[0].points[40][0]), abs(traces[1].points[40][0])),
      abs(traces[1].points[40][0]) < abs(traces[0].points[40][0]))
    try sheet.drawPaths(
      "grid", "The three adaptive rules.", valley, zip(rules, traces).map { .init(name: $0.0, trace: $1) },
      title: "\(valley), learning rate 0.4, 40 steps", window: (x: -6...3.0, y: -2.5...2.5), isGrid: true)
    try sheet.drawCurves(
      "steps", "How long each step is.", title: "Step lengths", yLabel: "length", isLogarithmic: true,
      zip(rules, lengths).map { ($0.0, $1) })
    sheet.say("AdaGrad slows down on its way; RMSprop keeps its pace, and Adam adds momentum to it.")
  }

  private static func labSaddle(_ sheet: LectureSheet) throws {
    let saddle = try Formula("x1^2 - x2^2 + 0.25 x2^4")
    let start = [2.0, 1e-4]
    let rules: [(String, any OptimizerRule)] = [
      ("SGD", SGD(learningRate: 0.02)), ("momentum 0.5", SGD(learningRate: 0.02, momentum: 0.5)),
      ("AdaGrad", Adagrad(learningRate: 0.1)), ("RMSprop", RMSprop(learningRate: 0.02)),
      ("Adadelta", Adadelta(learningRate: 1, eps: 1e-4)), ("Adam", Adam(learningRate: 0.05)),
    ]
    let traces = try rules.map { try follow(saddle, $0.1, steps: 100, from: start) }
    for (rule, trace) in zip(rules, traces) {
      let end = abs(trace.points.last![1])
      let isStuck = rule.0 == "SGD" || rule.0.hasPrefix("momentum")
      sheet.claim(
        "\(rule.0): |x2| after 100 steps", isStuck ? "stuck" : "escapes", String(format: "%.4f", end),
        isStuck ? end < 0.5 : end > 0.5)
    }
    let heavier = try follow(
      saddle, SGD(learningRate: 0.02, momentum: 0.9), steps: 100, from: start)
    sheet.note(
      "momentum 0.9: steps until |x2| is 1", "",
      heavier.points.firstIndex { abs($0[1]) >= 1 }.map { "\($0)" } ?? "stuck")
    try sheet.drawPaths(
      "paths", "From beside the ridge, at x2 = 0.0001.", saddle,
      zip(rules, traces).map { .init(name: $0.0, trace: $1) },
      title: "\(saddle), 100 steps from (2, 0.0001)", window: (x: -1...2.5, y: -1...2.0))
    try sheet.drawCurves(
      "x2", "How far each has got from the saddle.", title: "Escape from the saddle at (0, 0)",
      yLabel: "|x2|", isLogarithmic: true,
      zip(rules, traces).map { ($0.0, $1.points.map { abs($0[1]) }) })
    sheet.say(
      "The gradient along x2 is tiny there: plain steps are as tiny, while rules that divide by its size step away at full length. The lab does not say which momentum is stuck: x2 grows by a factor each step, larger with more momentum, so that 0.9 is out within the picture's steps and 0.5 is not."
    )
  }

  private static func labAcceleration(_ sheet: LectureSheet) throws {
    let slope = try Formula("-x1 + 2 x2^2")
    let traces = try [0, 0.9].map {
      try follow(slope, SGD(learningRate: 0.02, momentum: $0), steps: 60, from: [0, 0])
    }
    let steps = traces.map { trace in zip(trace.points, trace.points.dropFirst()).map { $1[0] - $0[0] } }
    sheet.claim(
      "last step against the first, with momentum 0.9", "increasing speed, up to 1 / (1 - β) = 10 times",
      String(format: "%.2f times", steps[1][59] / steps[1][0]), steps[1][59] / steps[1][0] > 9)
    try sheet.drawCurves(
      "speed", "Step lengths on an even slope.", title: "An even slope, learning rate 0.02",
      yLabel: "step length",
      [("without momentum", steps[0]), ("momentum 0.9", steps[1])])
    let rules: [(String, any OptimizerRule)] = [
      ("SGD", SGD(learningRate: 0.4)), ("momentum 0.5", SGD(learningRate: 0.4, momentum: 0.5)),
      ("RMSprop", RMSprop(learningRate: 0.4, alpha: 0.9)), ("Adagrad, rate 2", Adagrad(learningRate: 2)),
    ]
    let paths = try rules.map { try follow(valley, $0.1, steps: 20) }
    let ends = paths.map { abs($0.points[12][0]) }
    sheet.claim(
      "|x1| after 12 steps", "SGD and momentum converge slower",
      ends.map { String(format: "%.3f", $0) }.joined(separator: ", "),
      ends[0] > ends[2] && ends[0] > ends[3] && ends[1] > ends[2])
    try sheet.drawPaths(
      "valley", "Four rules in the long valley.", valley,
      zip(rules, paths).map { .init(name: $0.0, trace: $1) },
      title: "\(valley), 20 steps from (-5, -2)", window: (x: -5.5...1.0, y: -2.5...2.0))
    sheet.say(
      "On an even slope momentum's steps grow to ten times the first; in the valley the adaptive rules go straight."
    )
  }

  // MARK: EE-559

  private static func courseCurvature(_ sheet: LectureSheet) throws {
    let rates = [0.05, 0.45, 0.52]
    let traces = try rates.map { try follow(valley, SGD(learningRate: $0), steps: 30) }
    sheet.claim(
      "0.05: |x1| after 30 steps", "too small along the valley",
      String(format: "%.2f", abs(traces[0].points[30][0])),
      abs(traces[0].points[30][0]) > 2)
    sheet.claim(
      "0.52: |x2|", "too large across it", String(format: "%.1f", abs(traces[2].points.last![1])),
      abs(traces[2].points.last![1]) > 2)
    try sheet.drawPaths(
      "grid", "Three step sizes.", valley, zip(rates, traces).map { .init(name: "η = \($0)", trace: $1) },
      title: "\(valley), gradient descent, 30 steps", window: (x: -5.5...1.0, y: -3.5...3.5), isGrid: true)
    sheet.say(
      "The largest rate that the steep direction allows, 0.5, is twenty times too small for the flat one.")
  }

  private static func courseMomentum(_ sheet: LectureSheet) throws {
    // Steep enough for η = 0.05 to swing across it.
    let narrow = try Quadratic(eigenvalues: [1, 36])
    let traces = try [0, 0.5].map {
      try follow(narrow, SGD(learningRate: 0.05, momentum: $0), steps: 30, from: [-5, 1])
    }
    func crossings(_ trace: Trace) -> Int {
      zip(trace.points, trace.points.dropFirst()).count { $0[1] * $1[1] < 0 }
    }
    let sizes = traces.map { abs($0.points[20][1]) }
    sheet.claim(
      "|x2| after 20 steps: γ = 0, γ = 0.5", "dampens oscillations in narrow valleys",
      String(format: "%.1e, %.1e", sizes[0], sizes[1]),
      sizes[1] < sizes[0])
    sheet.note("crossings of the valley's floor", "", "\(crossings(traces[0])), \(crossings(traces[1]))")
    let along = traces.map { abs($0.points[20][0]) }
    sheet.claim(
      "|x1| after 20 steps", "accelerates", String(format: "%.3f, %.3f", along[0], along[1]),
      along[1] < along[0])
    let steady = try follow(
      Formula("-x1 + 0 x2"), SGD(learningRate: 0.05, momentum: 0.5), steps: 60, from: [0, 0])
    sheet.same(
      "step on an even slope, η / (1 - γ)", formula: 0.05 / (1 - 0.5),
      steady.points[60][0] - steady.points[59][0], tolerance: 1e-9)
    try sheet.drawPaths(
      "grid", "The slide's two settings.", narrow,
      zip(["η = 0.05, γ = 0", "η = 0.05, γ = 0.5"], traces).map { .init(name: $0, trace: $1) },
      title: "\(narrow), 30 steps from (-5, 1)", window: (x: -5.5...1.0, y: -1.5...1.5), isGrid: true)
    sheet.say(
      "The slide names no function; on this valley γ = 0.5 swings less across and gets farther along.")
  }

  private static func courseAdam(_ sheet: LectureSheet) throws {
    let narrow = try Quadratic(eigenvalues: [1, 36])
    let rules: [(String, any OptimizerRule)] = [
      ("SGD, η = 0.05", SGD(learningRate: 0.05)), ("Adam, η = 0.1", Adam(learningRate: 0.1)),
    ]
    let traces = try rules.map { try follow(narrow, $0.1, steps: 80, from: [-5, 1]) }
    let first = traces[1].points[1]
    sheet.same("Adam's first step along x1: η", formula: 0.1, first[0] + 5, tolerance: 1e-6)
    sheet.same("and along x2", formula: -0.1, first[1] - 1, tolerance: 1e-6)
    try sheet.drawPaths(
      "grid", "The slide's two settings.", narrow, zip(rules, traces).map { .init(name: $0.0, trace: $1) },
      title: "\(narrow), 80 steps from (-5, 1)", window: (x: -5.5...1.0, y: -1.5...1.5), isGrid: true)
    sheet.say(
      "Adam steps the same length along both axes, however steep they are. The slide's corrections divide by 1 - β where 1 - β^t is meant."
    )
  }
}
