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
    if !logInput { LossTable.demand("poisson_nll", "eps", eps) }
    self.logInput = logInput
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_poisson_nll_options(log_input: logInput, full: full, eps: eps, reduction: reduction.c)
    return Tensor.make { dsc_poisson_nll_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
