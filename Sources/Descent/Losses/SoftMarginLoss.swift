import CDescent

/// log(1 + e^(-y x)) for targets of 1 and -1, as `torch.nn.SoftMarginLoss`, without its overflow for large -y x.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct SoftMarginLoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    Tensor.make { dsc_soft_margin_loss(prediction.handle, targets.handle, reduction.c, $0) }
  }
}
