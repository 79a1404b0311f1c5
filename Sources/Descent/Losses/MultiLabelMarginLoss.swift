import CDescent

/// A hinge between every right and every wrong class, as `torch.nn.MultiLabelMarginLoss`:
/// Σ max(0, 1 - x[right] + x[wrong]) / C.
///
/// Predictions are [batch, classes] or [classes]; targets int64 of the same shape: each row's right classes, up to the
/// first -1. Differentiable to any order.
public struct MultiLabelMarginLoss: Loss, Sendable {
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    Tensor.make { dsc_multilabel_margin_loss(prediction.handle, targets.handle, reduction.c, $0) }
  }
}
