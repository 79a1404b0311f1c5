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
  /// Added to rates under the logarithm, > 0.
  public var eps: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `eps` is above 0.
  public init(logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean) {
    precondition(eps > 0, "PoissonNLLLoss: eps is \(eps), must be > 0")
    self.logInput = logInput
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    ElementLoss(
      name: "PoissonNLLLoss", kind: DSC_POINTWISE_POISSON_NLL, parameter: eps, flag: logInput, otherFlag: full
    )(reduction, prediction, targets) {
      let logarithm = logInput ? prediction : (prediction + eps).log()
      let value = (logInput ? prediction.exp() : prediction) - targets * logarithm
      guard full else { return value }
      let large = 1 - targets.isBelow(1, included: true)
      let y = targets.chosen(by: large, else: targets.detached() * 0 + 1)
      let stirling = y * y.log() - y + (y * (2 * Double.pi)).log() / 2
      return value + stirling.masked(by: large)
    }
  }
}
