import CDescent

/// The negative log likelihood of normal distributions, as `torch.nn.GaussianNLLLoss`:
/// (log v + (x - y)² / v) / 2 with v = max(variance, eps); with `full` also log(2π) / 2.
///
/// Prediction and targets have one shape, any; the variance broadcasts to it. All three are differentiable, to any
/// order; as in PyTorch the limit eps does not stop the variance's gradient. A negative variance stops the program.
public struct GaussianNLLLoss: Sendable {
  /// Whether to add the constant.
  public var full: Bool
  /// The least variance, > 0.
  public var eps: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `eps` is above 0.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    precondition(eps > 0, "GaussianNLLLoss: eps is \(eps), must be > 0")
    (self.full, self.eps, self.reduction) = (full, eps, reduction)
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor, variance: Tensor) -> Tensor {
    let variance = variance.shape == prediction.shape ? variance : variance.expanded(to: prediction.shape)
    let loss = ElementLoss(
      name: "GaussianNLLLoss", kind: DSC_POINTWISE_GAUSSIAN_NLL, parameter: eps, flag: full)
    return loss(reduction, prediction, targets, z: variance, zIsInput: true) {
      let raised = Tensor.maximum(variance.detached(), variance.constant(eps)) - variance.detached()
      let (d, v) = (prediction - targets, variance + raised)
      return (v.log() + d * d / v) / 2 + (full ? 0.9189385332046727 : 0)
    }
  }
}
