import Descent
import Testing

/// Steps written in tensor operations: the optimizer's numbers, and gradients through them.
@Suite struct DifferentiableTests {
  static let rules: [any DifferentiableRule] = [
    SGD(learningRate: 0.1), SGD(learningRate: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.1),
    SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, maximize: true),
    SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, learningRateInVelocity: true),
    Adam(learningRate: 0.1, weightDecay: 0.1), Adam(learningRate: 0.1, betas: (0.5, 0.6), amsgrad: true),
    Adam(learningRate: 0.1, weightDecay: 0.1, maximize: true, decoupledWeightDecay: true),
    Adam(learningRate: 0.1, eps: 0.1, epsilonPlacement: .inside),
    RMSprop(learningRate: 0.1), RMSprop(learningRate: 0.1, alpha: 0.5, momentum: 0.9, centered: true),
    RMSprop(learningRate: 0.1, eps: 0.1, weightDecay: 0.1, epsilonPlacement: .inside),
  ]

  @Test(arguments: rules.indices) func theOptimizersNumbers(_ index: Int) throws {
    let rule = Self.rules[index]
    let p = Parameter(Tensor(exactNumbers(12), shape: [3, 4], dtype: .float64))
    let optimizer = try Optimizer([p], rule)
    var (w, state) = ([p.clone() as Tensor], DifferentiableState())
    for step in 1...10 {
      let g = Tensor(exactNumbers(12, step: step), shape: [3, 4], dtype: .float64)
      p.grad = g
      try optimizer.step()
      w = rule.updated(w, gradients: [g], state: &state)
      // Differences of steps from up to 2.
      #expect(largestULP(w[0].doubles, p.doubles, .float64, scale: 2) <= 64)
    }
  }

  /// The loss after six steps, as a function of the learning rate.
  private static func finalLoss(_ rule: any DifferentiableRule, _ rate: Tensor) -> Tensor {
    func loss(_ w: Tensor) -> Tensor {
      let scale = Tensor([1, 3, 0.5], dtype: .float64)
      return (w * w * scale + (w * 0.3).exp()).sum()
    }
    var w: [Tensor] = [Tensor([1.5, -0.7, 2.0], dtype: .float64)]
    var state = DifferentiableState()
    w[0].requiresGrad = true
    for _ in 0..<6 {
      let g = gradients(of: loss(w[0]), at: w, createGraph: true)
      w = rule.updated(w, gradients: g, state: &state, learningRate: rate)
    }
    return loss(w[0])
  }

  @Test(arguments: rules.indices) func derivativeByTheLearningRate(_ index: Int) throws {
    let rule = Self.rules[index]
    let at = 0.03
    let exact = gradient(of: { Self.finalLoss(rule, $0) }, at: Tensor([at], shape: [], dtype: .float64))
      .item()
    func value(_ rate: Double) -> Double {
      Self.finalLoss(rule, Tensor([rate], shape: [], dtype: .float64)).item()
    }
    let h = 1e-5
    let difference =
      (8 * (value(at + h) - value(at - h)) - (value(at + 2 * h) - value(at - 2 * h))) / (12 * h)
    #expect(abs(exact - difference) < 1e-7 * max(1, abs(exact)), "\(exact) \(difference)")
    #expect(abs(exact) > 1e-3)
  }
}
