import CDescent

/// The negative log likelihood of normal distributions, as `torch.nn.GaussianNLLLoss`:
/// (log v + (x - y)² / v) / 2 with v = max(variance, eps); with `full` also log(2π) / 2.
///
/// Prediction and targets have one shape, any; the variance has it too, or is one number, lacks the last dimension, or has
/// a single one as 1. All three are differentiable, to any order; as in PyTorch the limit eps does not stop the variance's
/// gradient. A negative variance stops the program.
public struct GaussianNLLLoss: LossOfThree, Sendable {
  /// Whether to add the constant.
  public var full: Bool
  /// The least variance, >= 0.
  public var eps: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `eps` is finite and not negative.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    LossTable.demand("gaussian_nll", "eps", eps)
    (self.full, self.eps, self.reduction) = (full, eps, reduction)
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor, variance: Tensor) -> Tensor {
    self(prediction, targets, variance)
  }

  /// The same, with the variance as a third tensor.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor, _ variance: Tensor) -> Tensor {
    var options = dsc_gaussian_nll_options(full: full, eps: eps, reduction: reduction.c)
    return Tensor.make {
      dsc_gaussian_nll_loss(prediction.handle, targets.handle, variance.handle, &options, $0)
    }
  }
}
