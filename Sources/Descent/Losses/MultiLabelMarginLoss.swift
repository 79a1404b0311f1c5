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
    let arguments = LossArguments("MultiLabelMarginLoss", prediction)
    arguments.classes("targets", targets, shape: prediction.shape)
    demand(
      1...2 ~= prediction.shape.rank,
      "MultiLabelMarginLoss: prediction is of shape \(prediction.shape), must be [batch, classes] or [classes]"
    )
    let loss = RowLoss(name: "MultiLabelMarginLoss", kind: DSC_ROW_MULTILABEL_MARGIN)
    return loss(reduction, prediction, targets: targets, slopes: nil)
  }
}
