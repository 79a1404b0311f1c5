import CDescent

/// The negative log likelihood of counts, as `torch.nn.PoissonNLLLoss`: e^x - y x for logarithms of rates, x - y log(x +
/// eps) for rates; with `full` Stirling's approximation of log y! where y > 1.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct PoissonNLLLoss: Loss, Sendable {
  /// Whether predictions are logarithms of rates.
  public var logInput: Bool
  /// Whether to add the terms of the target alone.
  public var full: Bool
  /// Added to rates under the logarithm, >= 0; not looked at for logarithms of rates.
  public var eps: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `eps` is finite and not negative, for rates.
  public init(logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean) {
    demand(
      logInput || eps >= 0 && eps.isFinite, "PoissonNLLLoss: eps is \(eps), must be >= 0 and finite")
    self.logInput = logInput
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("PoissonNLLLoss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_POISSON_NLL,
      options: { ($0.eps, $0.log_input, $0.full) = (eps, logInput, full) })
    return loss(reduction, prediction, targets) {
      let byX = logInput ? prediction.exp() - targets : 1 - targets / (prediction + eps)
      let logarithm = logInput ? prediction : (prediction + eps).log()
      guard full else { return (byX, -logarithm, nil) }
      let isLarge = targets.detached() .> targets.constant(1)
      let y = targets.chosen(by: isLarge, else: targets.detached() * 0 + 1)
      return (byX, (y.log() + 0.5 / y).masked(by: isLarge) - logarithm, nil)
    }
  }
}
