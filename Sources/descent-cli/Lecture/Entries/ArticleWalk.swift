import Descent

/// The article's linear regression: y = 0.8 x + 1.2 at x = 1, ..., 5, one sample a step in this order, squared error,
/// learning rate 0.1.
struct ArticleWalk {
  var weightDecay = 0.0
  var momentum = 0.0

  static let learningRate = 0.1
  static let data: [(x: Double, y: Double)] = (1...5).map { (Double($0), 0.8 * Double($0) + 1.2) }

  /// The options, as a chart's title has them.
  var text: String {
    [
      "learning rate \(Self.learningRate.short)", momentum > 0 ? "momentum \(momentum.short)" : nil,
      weightDecay > 0 ? "weight decay \(weightDecay.short)" : nil,
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// What one step of the program prints.
  struct Step {
    let loss: Double, weightGradient: Double, biasGradient: Double, weight: Double, bias: Double

    var numbers: [(name: String, value: Double)] {
      [
        ("loss", loss), ("w_grad", weightGradient), ("b_grad", biasGradient), ("new w", weight),
        ("new b", bias),
      ]
    }
  }

  var rule: SGD { SGD(learningRate: Self.learningRate, momentum: momentum, weightDecay: weightDecay) }

  /// The walk as the optimizer makes it.
  func byOptimizer(_ weight: Double, _ bias: Double, rule: (any OptimizerRule)? = nil) throws -> [Step] {
    let model = Linear(1, 1)
    model.weight.fill(weight)
    model.bias?.fill(bias)
    let optimizer = try Optimizer(for: model, rule ?? self.rule)
    return try Self.data.map { x, y in
      let loss = MSELoss()(
        model(Tensor([x], shape: [1, 1], dtype: .float32)), Tensor([y], shape: [1, 1], dtype: .float32))
      optimizer.zeroGrad()
      loss.backward()
      let gradients = [model.weight.grad, model.bias?.grad].map { $0?.item() ?? .nan }
      try optimizer.step()
      return Step(
        loss: loss.item(), weightGradient: gradients[0], biasGradient: gradients[1],
        weight: model.weight.item(), bias: model.bias?.item() ?? .nan)
    }
  }

  /// The walk by the article's formulas: of a start (w, b) each step's (loss, w_grad, b_grad, w, b). Differentiable.
  func byFormula(_ start: Tensor) -> [Tensor] {
    var (w, b) = (start[rows: 0..<1], start[rows: 1..<2])
    var (lastW, lastB): (Tensor, Tensor) = (w * 0, b * 0)
    return Self.data.map { x, y in
      let error: Tensor = w * x + b - y
      let (gradW, gradB): (Tensor, Tensor) = (2 * error * x, 2 * error)
      lastW = momentum * lastW + gradW + weightDecay * w
      lastB = momentum * lastB + gradB + weightDecay * b
      w = w - Self.learningRate * lastW
      b = b - Self.learningRate * lastB
      return Tensor.cat([error * error, gradW, gradB, w, b])
    }
  }

  func byFormula(_ weight: Double, _ bias: Double) -> [Step] {
    byFormula(Tensor([weight, bias], dtype: .float64)).map { step in
      let numbers = step.doubles
      return Step(
        loss: numbers[0], weightGradient: numbers[1], biasGradient: numbers[2], weight: numbers[3],
        bias: numbers[4])
    }
  }

  /// A start from which the walk ends at (w, b), by least squares: the article does not say where it began.
  func start(endingAt weight: Double, _ bias: Double) throws -> [Double] {
    try LevenbergMarquardt.fit(startingAt: [0, 0]) { start in
      byFormula(start).last![rows: 3..<5] - Tensor([weight, bias], dtype: .float64)
    }.x
  }
}
