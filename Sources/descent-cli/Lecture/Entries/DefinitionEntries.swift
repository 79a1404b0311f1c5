import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// What the slides define: derivatives, the methods' formulas, PyTorch's defaults; and Newton's method.
  static var definitions: [LectureEntry] {
    [
      LectureEntry(
        name: "derivative", document: .slides,
        title: "The derivative as a limit: (f(x + ε) - f(x)) / ε beside automatic differentiation",
        run: derivative),
      LectureEntry(
        name: "hessian", document: .slides,
        title: "Second derivatives and the Hessian matrix: the limit beside automatic differentiation",
        run: hessians),
      LectureEntry(
        name: "regularization", document: .slides,
        title: "L2 and L1 penalties hold the weights down", run: regularization),
      LectureEntry(
        name: "descent-decreases", document: .slides,
        title: "Gradient descent decreases the objective at each iteration if the rate is small enough",
        run: descentDecreases),
      LectureEntry(
        name: "polyak", document: .slides,
        title: "Polyak's momentum, w + β (w - w before) - α ∇f, is SGD's momentum", run: polyak),
      LectureEntry(
        name: "torch-sgd", document: .slides, title: "torch.optim.SGD's parameters and their defaults"
      ) { sheet in
        try defaults(
          sheet, "sgd",
          [
            ("momentum", "0"), ("dampening", "0"), ("weight_decay", "0"), ("nesterov", "0"),
            ("maximize", "0"),
          ])
      },
      LectureEntry(
        name: "torch-adam", document: .slides, title: "torch.optim.Adam's parameters and their defaults"
      ) { sheet in
        try defaults(
          sheet, "adam",
          [
            ("lr", "0.001"), ("beta1", "0.9"), ("beta2", "0.999"), ("eps", "1e-08"), ("weight_decay", "0"),
            ("amsgrad", "0"), ("maximize", "0"),
          ])
      },
      LectureEntry(
        name: "adam-formula", document: .slides,
        title: "Adam's moments, corrected for their start, and AMSGrad: by the formulas", run: adamFormula),
      LectureEntry(
        name: "newton", document: .slides,
        title: "Newton's method against gradient descent: quadratic convergence, a more direct route",
        run: newton),
    ]
  }

  // MARK: Derivatives

  private static func derivative(_ sheet: LectureSheet) throws {
    func f(_ x: Tensor) -> Tensor { (x.square() * (1 + x.sin())).sum() }
    let at = 1.3
    let exact = gradient(of: f, at: Tensor([at], dtype: .float64)).item()
    let formula = 2 * at * (1 + sin(at)) + at * at * cos(at)
    sheet.same("f' of x² (1 + sin x) at 1.3", formula: formula, exact)
    let steps = (1...15).map { pow(10, -Double($0)) }
    let errors = steps.map { step in
      let ends = [at + step, at].map { f(Tensor([$0], dtype: .float64)).item() }
      return abs((ends[0] - ends[1]) / step - exact)
    }
    sheet.claim(
      "error of the quotient at ε = 0.01, 0.0001", "goes to 0 with ε",
      [1, 3].map { String(format: "%.1e", errors[$0]) }.joined(separator: ", "), errors[3] < errors[1] / 50)
    let g = gradient(of: { moderate($0) }, at: Tensor([-5, -2], dtype: .float64)).doubles
    sheet.same("∂/∂x1 of x1² + 2 x2² at (-5, -2)", formula: -10, g[0])
    sheet.same("∂/∂x2", formula: -8, g[1])
    var chart = lineChart(
      "The difference quotient's error at x = 1.3", "ε", "|quotient - derivative|",
      [("", zip(steps, errors).map { ($0, max($1, 1e-17)) })])
    (chart.isLogarithmic, chart.isXLogarithmic) = (true, true)
    chart.lines[0].style = .marked
    try sheet.draw("error", "Down to ε = 10⁻⁸ the limit is approached; below, rounding takes over.", chart)
    sheet.say("The quotient gets better until about 10⁻⁸; automatic differentiation has no such limit.")
  }

  private static func hessians(_ sheet: LectureSheet) throws {
    for name in ["rosenbrock", "beale", "booth"] {
      let function = try TestFunction.named(name)
      let at = Tensor(function.start, dtype: .float64)
      let exact = hessian(of: { function($0) }, at: at)
      let step = 1e-5
      var worst = 0.0
      for column in 0..<2 {
        let ends = [step, -step].map { shift -> Tensor in
          var place = function.start
          place[column] += shift
          return gradient(of: { function($0) }, at: Tensor(place, dtype: .float64))
        }
        let quotient = ((ends[0] - ends[1]) / (2 * step)).doubles
        for row in 0..<2 {
          let value = exact[row, column].item()
          worst = max(worst, abs(quotient[row] - value) / max(1, abs(value)))
        }
      }
      sheet.claim(
        "\(name): 2 x 2 Hessian", "the limit of differences of f'", String(format: "%.1e away", worst),
        worst < 1e-6)
      sheet.claim(
        "\(name): symmetric", "∂²f/∂x1∂x2 = ∂²f/∂x2∂x1",
        String(format: "%.6g, %.6g", exact[0, 1].item(), exact[1, 0].item()),
        abs(exact[0, 1].item() - exact[1, 0].item()) <= 1e-9 * max(1, abs(exact[0, 1].item())))
    }
    sheet.say(
      "The Hessian comes from differentiating the gradient's own recording, without a step to choose.")
  }

  private static func regularization(_ sheet: LectureSheet) throws {
    let generator = Generator(seed: 0)
    let x = Tensor.randn([60, 8], dtype: .float64, generator: generator)
    let truth = Tensor([3.0, -2, 0, 0, 1, 0, 0, 0], shape: [8, 1], dtype: .float64)
    let y = x.matmul(truth) + 0.5 * Tensor.randn([60, 1], dtype: .float64, generator: generator)
    func weights(_ penalty: Penalty) throws -> [Double] {
      let w = Parameter(Tensor.zeros([8, 1], dtype: .float64))
      let optimizer = try Optimizer([w], SGD(learningRate: 0.05))
      // Beside 0 the slope of |w| jumps: only a rate that falls comes to rest there.
      let scheduler = try Scheduler(optimizer, .polynomialDecay(alpha: 1, beta: 0.02))
      for _ in 0..<2000 {
        optimizer.zeroGrad()
        (MSELoss()(x.matmul(w), y) + penalty([w])).backward()
        try optimizer.step()
        try scheduler.step()
      }
      return w.doubles
    }
    let factors = (0...16).map { 0.02 * pow(2, Double($0) / 2) }
    let ridge = try factors.map { try weights(Penalty(l2: $0)) }
    let lasso = try factors.map { try weights(Penalty(l1: $0)) }
    for (name, paths) in [("L2", ridge), ("L1", lasso)] {
      let norms = paths.map { $0.reduce(0) { $0 + abs($1) } }
      sheet.claim(
        "\(name): Σ|w| at the weakest and the strongest penalty", "smaller weights",
        String(format: "%.3f, %.3f", norms[0], norms.last!), norms.last! < norms[0])
    }
    let small = [ridge, lasso].map { paths in paths[8].count { abs($0) < 0.02 } }
    sheet.claim(
      "weights near 0 at λ = \(factors[8].short)", "L1 puts some out", "\(small[1]) of 8, L2 \(small[0])",
      small[1] > small[0])
    for (name, paths) in [("L2", ridge), ("L1", lasso)] {
      var chart = lineChart(
        "\(name) penalty", "λ", "weight",
        (0..<8).map { index in ("w\(index + 1)", zip(factors, paths).map { ($0, $1[index]) }) })
      chart.isXLogarithmic = true
      try sheet.draw(name, "The eight weights as the \(name) penalty grows.", chart)
    }
    sheet.say(
      "L2 shrinks all weights together; L1 takes them to 0 one after another, those that should be 0 first.")
  }

  private static func descentDecreases(_ sheet: LectureSheet) throws {
    var curves: [(name: String, values: [Double])] = []
    for name in ["rosenbrock", "beale", "himmelblau"] {
      let function = try TestFunction.named(name)
      let trace = try follow(function, SGD(learningRate: 5e-4), steps: 500, from: function.start)
      let rises = zip(trace.values, trace.values.dropFirst()).count { $1 > $0 }
      sheet.claim("\(name), rate 0.0005: steps that climb", "none of 500", "\(rises)", rises == 0)
      curves.append((name, trace.values))
    }
    let wild = try follow(
      try TestFunction.named("rosenbrock"), SGD(learningRate: 3e-3), steps: 100, from: [-1.2, 1])
    let rises = zip(wild.values, wild.values.dropFirst()).count { $1 > $0 }
    sheet.claim(
      "rosenbrock, rate 0.003", "too large for it", "\(rises) steps climb",
      rises > 0 || wild.divergedAt != nil)
    try sheet.drawCurves(
      "values", "The objective after each step.", title: "Gradient descent, learning rate 0.0005",
      yLabel: "value",
      isLogarithmic: true, curves)
    sheet.say("With a small rate no step climbs; six times the rate is enough for some to.")
  }

  // MARK: Methods

  private static func polyak(_ sheet: LectureSheet) throws {
    let (rate, beta) = (0.1, 0.8)
    let trace = try follow(valley, SGD(learningRate: rate, momentum: beta), steps: 50)
    var (w, last) = ([-5.0, -2.0], [-5.0, -2.0])
    var worst = 0.0
    for step in 1...50 {
      let gradient = [0.2 * w[0], 4 * w[1]]
      let next = (0..<2).map { w[$0] - rate * gradient[$0] + beta * (w[$0] - last[$0]) }
      (last, w) = (w, next)
      worst = max(worst, (0..<2).map { abs(w[$0] - trace.points[step][$0]) }.max()!)
    }
    sheet.claim("50 steps", "the same points", String(format: "%.1e away", worst), worst < 1e-12)
    let nesterov = try follow(valley, SGD(learningRate: rate, momentum: beta, nesterov: true), steps: 50)
    // PyTorch keeps the point that is looked at; the slide's, where the momentum has not been taken yet, follows from it.
    (w, last) = ([-5.0, -2.0], [-5.0, -2.0])
    worst = 0
    for step in 1...50 {
      let ahead = (0..<2).map { w[$0] + beta * (w[$0] - last[$0]) }
      let next = [ahead[0] - rate * 0.2 * ahead[0], ahead[1] - rate * 4 * ahead[1]]
      (last, w) = (w, next)
      let looked = (0..<2).map { w[$0] + beta * (w[$0] - last[$0]) }
      worst = max(worst, (0..<2).map { abs(looked[$0] - nesterov.points[step][$0]) }.max()!)
    }
    sheet.claim(
      "Nesterov's, seen from the point ahead", "the same points", String(format: "%.1e away", worst),
      worst < 1e-12)
    sheet.say(
      "The slides' form and PyTorch's are one method while the rate stays. Of Nesterov's, PyTorch's weights are the slides' point ahead, w + β (w - w before)."
    )
  }

  private static func defaults(_ sheet: LectureSheet, _ name: String, _ printed: [(String, String)]) throws {
    let rule = try RuleTable.named(name)
    for (option, text) in printed {
      let value = rule.options.first { $0.name == option }?.initial ?? .nan
      sheet.claim(option, text, value.short, value == Double(text))
    }
    sheet.note("formula", "the slide's pseudo-code", rule.formula)
    sheet.say(
      name == "sgd"
        ? "The slide's version requires a learning rate; PyTorch 2.13 has 0.001, and so has Descent. True and false are 1 and 0."
        : "foreach, fused and capturable choose among PyTorch's implementations; there is one here.")
  }

  private static func adamFormula(_ sheet: LectureSheet) throws {
    let (b1, b2, eps, rate) = (0.9, 0.999, 1e-8, 0.1)
    for amsgrad in [false, true] {
      let x = Parameter(Tensor([1.0], dtype: .float64))
      let optimizer = try Optimizer([x], Adam(learningRate: rate, amsgrad: amsgrad))
      var (w, m, v, largest) = (1.0, 0.0, 0.0, 0.0)
      for t in 1...6 {
        let g = [4.0, -1, 0.5, 0.25, -3, 0.1][t - 1]
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        largest = max(largest, v)
        let corrected = (amsgrad ? largest : v) / (1 - pow(b2, Double(t)))
        w -= rate * m / (1 - pow(b1, Double(t))) / (corrected.squareRoot() + eps)
        x.grad = Tensor([g], dtype: .float64)
        try optimizer.step()
        sheet.same("\(amsgrad ? "amsgrad, " : "")step \(t)", formula: w, x.item())
      }
    }
    sheet.say("With the corrections the first step has the rate's size, whatever the first gradient is.")
  }

  // MARK: Newton

  private static func newton(_ sheet: LectureSheet) throws {
    let function = try TestFunction.named("rosenbrock")
    let result = try Newton.minimize(startingAt: function.start) { function($0) }
    let descent = try follow(function, SGD(learningRate: 2e-3), steps: 2000, from: function.start)
    sheet.claim(
      "value after \(result.iterations) steps of Newton's, 2000 of descent", "a more direct route",
      String(format: "%.1e, %.1e", result.value, descent.values.last!), result.value < descent.values.last!)
    let distances = result.trace.map { point in distance(zip(point.x, [1, 1]).map { $0 - $1 }) }
    try convergenceOrder(sheet)
    try sheet.drawCurves(
      "convergence", "The distance from the minimum, step by step.",
      title: "Rosenbrock's function from (-1.2, 1)",
      yLabel: "distance from (1, 1)", isLogarithmic: true,
      [
        ("Newton", distances),
        (
          "gradient descent, rate 0.002",
          descent.points.prefix(60).map { distance(zip($0, [1, 1]).map { $0 - $1 }) }
        ),
      ])
    let picture = PathPicture(
      function,
      [
        .init(name: "gradient descent, 2000 steps", points: descent.points, values: descent.values),
        .init(
          name: "Newton, \(result.iterations) steps", points: result.trace.map(\.x),
          values: result.trace.map(\.value)),
      ], window: (x: -1.8...1.8, y: -0.8...1.8))
    let chart = picture.chart(title: "\(function)\nNewton's method and gradient descent from (-1.2, 1)")
    try sheet.keep("paths", "Both paths.") { try chart.write($0, to: $1) }
    sheet.say(
      "Near the minimum each of Newton's steps doubles the digits; descent needs thousands along the valley.")
  }

  /// On a function whose curvature changes gently, each error is about half the square of the one before.
  private static func convergenceOrder(_ sheet: LectureSheet) throws {
    let gentle = try Formula("exp(x1) - 2 x1 + exp(x2) - 3 x2")
    var options = NewtonOptions()
    options.gradientTolerance = 1e-13
    let result = try Newton.minimize(startingAt: [2, 2.5], options: options) { gentle($0) }
    let best = [log(2.0), log(3.0)]
    let errors = result.trace.map { point in distance(zip(point.x, best).map { $0 - $1 }) }
    for (error, next) in zip(errors, errors.dropFirst()) where error < 1 && next > 1e-15 {
      sheet.note(
        "\(gentle): error \(String(format: "%.1e", error))", "the next is of its square",
        String(format: "%.1e", next))
    }
    let seen = errors.filter { $0 > 1e-13 && $0 < 0.5 }.suffix(3).map { log($0) }
    let order = seen.count == 3 ? (seen[2] - seen[1]) / (seen[1] - seen[0]) : .nan
    sheet.chance("order of convergence at the end", "2", order, in: 1.7...2.3, digits: 2)
  }
}
