import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// The linear-regression walk, and what the article says of `torch.optim.SGD`.
  static var article: [LectureEntry] {
    [
      LectureEntry(
        name: "article-data", document: .article,
        title: "The line y = 0.8 x + 1.2 through five points, and its mean squared error", run: articleData),
      LectureEntry(
        name: "article-plain", document: .article,
        title: "Five steps of plain SGD: formula (6) beside the optimizer, to 0.9559 and 1.4754"
      ) { try articleWalk($0, ArticleWalk(), "0.9559", "1.4754") },
      LectureEntry(
        name: "article-weight-decay", document: .article,
        title: "Five steps with weight decay 0.5: formula (12), to 0.6061 and 0.9894"
      ) { sheet in
        try articleWalk(sheet, ArticleWalk(weightDecay: 0.5), "0.6061", "0.9894")
        try penaltyRows(sheet)
      },
      LectureEntry(
        name: "article-momentum", document: .article,
        title: "Five steps with momentum 0.9: formula (17), to 5.5695 and 3.4704"
      ) { sheet in
        try articleWalk(sheet, ArticleWalk(momentum: 0.9), "5.5695", "3.4704")
        try averageRows(sheet)
      },
      LectureEntry(
        name: "article-final", document: .article,
        title: "The final form: momentum 0.9 and weight decay 0.5 together", run: articleFinal),
      LectureEntry(
        name: "article-source", document: .article,
        title: "The listing of SGD's source: dampening and Nesterov's momentum", run: articleSource),
      LectureEntry(
        name: "article-local-minimum", document: .article,
        title: "Momentum can help a model out of a local minimum", run: articleLocalMinimum),
    ]
  }

  // MARK: The data

  private static func articleData(_ sheet: LectureSheet) throws {
    let points = ArticleWalk.data
    let x = Tensor(points.map(\.x), shape: [points.count, 1], dtype: .float64)
    let y = Tensor(points.map(\.y), dtype: .float64)
    for (point, printed) in zip(points, ["2", "2.8", "3.6", "4.4", "5.2"]) {
      sheet.printed("y at x = \(point.x.short)", printed, point.y)
    }
    let fit = try LevenbergMarquardt.fit(startingAt: [0, 0]) { p in
      let line: Tensor = p[rows: 0..<1] * x.flattened(from: 0) + p[rows: 1..<2]
      return line - y
    }
    sheet.printed("slope of the line through them", "0.8", fit.x[0])
    sheet.printed("intercept", "1.2", fit.x[1])
    sheet.note("samples", "6 announced, 5 listed", "\(points.count)")
    sheet.say(
      "The article announces six samples and lists five. They lie on the line exactly, so that the least loss is 0."
    )
    try sheet.draw(
      "line", "The five samples and the line through them.",
      LineChart(
        title: "y = 0.8 x + 1.2", xLabel: "x", yLabel: "y",
        lines: [.init(name: "samples", points: points.map { ($0.x, $0.y) }, style: .marked)]))
  }

  // MARK: The walks

  private static func articleWalk(
    _ sheet: LectureSheet, _ walk: ArticleWalk, _ weight: String, _ bias: String
  ) throws {
    let start = try walk.start(endingAt: Double(weight)!, Double(bias)!)
    let steps = try walk.byOptimizer(start[0], start[1])
    sheet.printed("w after five steps", weight, steps[4].weight)
    sheet.printed("b after five steps", bias, steps[4].bias)
    let place = start.map { String(format: "%.4f", $0) }.joined(separator: ", ")
    sheet.claim(
      "start (w, b)", "what nn.Linear(1, 1) draws: within -1 to 1", place,
      start.allSatisfy { abs($0) <= 1 })
    compare(sheet, walk.byFormula(start[0], start[1]), steps)
    sheet.say(
      "The article does not say where its model began; the start is the one that leads to its numbers, found by least squares through the walk itself. Formula and optimizer then agree at every step."
    )
    try drawWalk(sheet, walk, start, steps)
  }

  private static func compare(
    _ sheet: LectureSheet, _ formula: [ArticleWalk.Step], _ ours: [ArticleWalk.Step]
  ) {
    for (number, pair) in zip(formula, ours).enumerated() {
      for (formula, ours) in zip(pair.0.numbers, pair.1.numbers) {
        sheet.same("data \(number): \(ours.name)", formula: formula.value, ours.value, tolerance: 2e-5)
      }
    }
  }

  private static func drawWalk(
    _ sheet: LectureSheet, _ walk: ArticleWalk, _ start: [Double], _ steps: [ArticleWalk.Step]
  ) throws {
    func line(_ name: String, _ values: [Double]) -> LineChart.Line {
      .init(name: name, points: values.enumerated().map { (Double($0), $1) }, style: .marked)
    }
    try sheet.draw(
      "walk", "The weight and the bias after each sample; the best are 0.8 and 1.2.",
      LineChart(
        title: "Linear regression, one sample a step, \(walk.text)", xLabel: "steps",
        yLabel: "parameter",
        lines: [
          line("w", [start[0]] + steps.map(\.weight)), line("b", [start[1]] + steps.map(\.bias)),
        ]))
  }

  private static func articleFinal(_ sheet: LectureSheet) throws {
    let walk = ArticleWalk(weightDecay: 0.5, momentum: 0.9)
    let (weight, bias) = (0.5, -0.25)
    let steps = try walk.byOptimizer(weight, bias)
    compare(sheet, walk.byFormula(weight, bias), steps)
    sheet.say(
      "The article prints no numbers here, only that both of its programs agree; ours begin at w = 0.5, b = -0.25."
    )
    try drawWalk(sheet, walk, [weight, bias], steps)
  }

  // MARK: What is claimed

  /// Weight decay beside the penalty as a term of the loss.
  private static func penaltyRows(_ sheet: LectureSheet) throws {
    let walk = ArticleWalk(weightDecay: 0.5)
    let start = [0.5, -0.25]
    let decayed = try walk.byOptimizer(start[0], start[1])
    let model = Linear(1, 1)
    model.weight.fill(start[0])
    model.bias?.fill(start[1])
    let optimizer = try Optimizer(for: model, SGD(learningRate: ArticleWalk.learningRate))
    for (number, sample) in ArticleWalk.data.enumerated() {
      let output = model(Tensor([sample.x], shape: [1, 1], dtype: .float32))
      let loss = MSELoss()(output, Tensor([sample.y], shape: [1, 1], dtype: .float32))
      let penalized: Tensor = loss + Penalty(l2: walk.weightDecay)(model.parameters)
      optimizer.zeroGrad()
      penalized.backward()
      try optimizer.step()
      sheet.same(
        "step \(number): w with the L2 penalty in the loss", formula: decayed[number].weight,
        model.weight.item(), tolerance: 2e-6)
    }
    sheet.say("Weight decay in SGD is the L2 penalty's gradient: both walks are the same.")
  }

  /// PyTorch's momentum beside an exponential average of the gradients.
  private static func averageRows(_ sheet: LectureSheet) throws {
    let walk = ArticleWalk(momentum: 0.9)
    let ours = try walk.byOptimizer(0.5, -0.25)
    let average = try walk.byOptimizer(
      0.5, -0.25, rule: SGD(learningRate: ArticleWalk.learningRate, momentum: 0.9, dampening: 0.9))
    let (first, second) = (ours[4].weight, average[4].weight)
    sheet.claim(
      "momentum against formula (14), an average", "not the same",
      String(format: "w = %.4f and %.4f", first, second), abs(first - second) > 0.01)
    sheet.say(
      "Formula (14) is dampening 0.9 in PyTorch's terms: only its gradients are scaled by 1 - 0.9, from the second step on."
    )
  }

  private static func articleSource(_ sheet: LectureSheet) throws {
    let start = Tensor([0.5, -0.25], dtype: .float64)
    let gradients = [[1.0, -2], [0.5, 0.25], [-1, 3], [2, 2]]
    for (name, dampening, nesterov) in [
      ("plain momentum", 0.0, false), ("dampening 0.3", 0.3, false), ("nesterov", 0, true),
    ] {
      let x = Parameter(start.clone())
      let optimizer = try Optimizer(
        [x],
        SGD(learningRate: 0.1, momentum: 0.9, dampening: dampening, weightDecay: 0.5, nesterov: nesterov))
      // The listing, line by line.
      var (parameters, buffer) = (start, Tensor?.none)
      for (step, gradient) in gradients.enumerated() {
        var change = Tensor(gradient, dtype: .float64) + 0.5 * parameters
        let next = buffer.map { $0 * 0.9 + change * (1 - dampening) } ?? change
        buffer = next
        change = nesterov ? change + next * 0.9 : next
        parameters = parameters - 0.1 * change
        x.grad = Tensor(gradient, dtype: .float64)
        try optimizer.step()
        sheet.same("\(name), step \(step + 1)", formula: parameters.doubles[0], x.doubles[0])
      }
    }
    sheet.say("The optimizer does what the listing says, with its dampening and with Nesterov's look ahead.")
  }

  private static func articleLocalMinimum(_ sheet: LectureSheet) throws {
    // x^2 (1 + sin x) has a minimum near 4.71, and one at 0.
    func path(_ momentum: Double) throws -> [Double] {
      let x = Parameter(Tensor([7.5], dtype: .float64))
      let optimizer = try Optimizer([x], SGD(learningRate: 0.002, momentum: momentum))
      var path = [x.item()]
      for _ in 0..<300 {
        optimizer.zeroGrad()
        (x.square() * (1 + x.sin())).sum().backward()
        try optimizer.step()
        path.append(x.item())
      }
      return path
    }
    let paths = try [0, 0.9].map { (momentum: $0, points: try path($0)) }
    let ends = paths.map { $0.points.last! }
    sheet.claim(
      "without momentum", "stays in the local minimum", String(format: "ends at x = %.3f", ends[0]),
      abs(ends[0]) > 1)
    sheet.claim(
      "with momentum 0.9", "can skip out of it", String(format: "ends at x = %.3f", ends[1]),
      abs(ends[1]) < abs(ends[0]) - 1)
    sheet.say(
      "On x² (1 + sin x), from x = 7.5, plain descent rests in the first valley; with momentum 0.9 the same rate carries it over the hill."
    )
    try sheet.draw(
      "paths", "x after each step on f(x) = x² (1 + sin x), learning rate 0.002.",
      LineChart(
        title: "Out of a local minimum by momentum", xLabel: "steps", yLabel: "x",
        lines: paths.map { path in
          .init(
            name: "momentum \(path.momentum.short)", points: path.points.enumerated().map { (Double($0), $1) }
          )
        }))
  }
}
