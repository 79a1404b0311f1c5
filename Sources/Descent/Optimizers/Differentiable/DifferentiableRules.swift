extension SGD: DifferentiableRule {
  /// What one step subtracts from a parameter.
  public func step(_ g: Tensor, _ index: Int, _ state: inout DifferentiableState, _ rate: Tensor) -> Tensor {
    guard momentum != 0 else { return rate * g }
    demand(
      !nesterov || (momentum > 0 && dampening == 0), "sgd: nesterov needs momentum > 0 and dampening = 0")
    let d = learningRateInVelocity ? rate * g : g
    let velocity = state["momentum_buffer", index].map { $0 * momentum + d * (1 - dampening) } ?? d
    state["momentum_buffer", index] = velocity
    let step = nesterov ? d + velocity * momentum : velocity
    return learningRateInVelocity ? step : rate * step
  }
}

extension Adam: DifferentiableRule {
  /// Whether weight decay is decoupled.
  public var shrinksWeights: Bool { decoupledWeightDecay }

  /// What one step subtracts from a parameter.
  public func step(_ g: Tensor, _ index: Int, _ state: inout DifferentiableState, _ rate: Tensor) -> Tensor {
    let zero = Tensor.zeros(g.shape, dtype: g.dtype)
    let m = (state["exp_avg", index] ?? zero).mixed(with: g, 1 - betas.0)
    let v = (state["exp_avg_sq", index] ?? zero) * betas.1 + g * g * (1 - betas.1)
    (state["exp_avg", index], state["exp_avg_sq", index]) = (m, v)
    var square = v
    if amsgrad {
      square = Tensor.maximum(state["max_exp_avg_sq", index] ?? zero, v)
      state["max_exp_avg_sq", index] = square
    }
    let corrections = (biasCorrection(betas.0, state.step), biasCorrection(betas.1, state.step))
    return rate * (m / corrections.0) / (square / corrections.1).root(plus: eps, epsilonPlacement)
  }
}

extension RMSprop: DifferentiableRule {
  /// What one step subtracts from a parameter.
  public func step(_ g: Tensor, _ index: Int, _ state: inout DifferentiableState, _ rate: Tensor) -> Tensor {
    let zero = Tensor.zeros(g.shape, dtype: g.dtype)
    let square = (state["square_avg", index] ?? zero) * alpha + g * g * (1 - alpha)
    state["square_avg", index] = square
    var variance = square
    if centered {
      let mean = (state["grad_avg", index] ?? zero).mixed(with: g, 1 - alpha)
      state["grad_avg", index] = mean
      variance = square - mean * mean
    }
    let step = g / variance.root(plus: eps, epsilonPlacement)
    guard momentum > 0 else { return rate * step }
    let buffer = (state["momentum_buffer", index] ?? zero) * momentum + step
    state["momentum_buffer", index] = buffer
    return rate * buffer
  }
}

/// 1 - beta^step.
private func biasCorrection(_ beta: Double, _ step: Int) -> Double {
  1 - (0..<step).reduce(1) { power, _ in power * beta }
}

extension Tensor {
  /// √x + eps, or √(x + eps). √ has no derivative at 0, where a parameter had no gradient yet: none flows there.
  fileprivate func root(plus eps: Double, _ placement: EpsilonPlacement) -> Tensor {
    switch placement {
    case .inside: return (self + eps).sqrt()
    case .outside:
      let isUnused = detached() .== 0
      return filled(where: isUnused, with: 1).sqrt().filled(where: isUnused, with: 0) + eps
    }
  }
}
