import CDescent

/// Binary cross entropy of logits averaged over the classes, as `torch.nn.MultiLabelSoftMarginLoss`.
///
/// Predictions and targets, 0 or 1 for each class, are [batch, classes] or [classes]. Differentiable to any order.
public struct MultiLabelSoftMarginLoss: Loss {
  /// What each class counts; nil for 1. [classes]
  public var weight: Tensor?
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    (self.weight, self.reduction) = (weight, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    requireSameShape("MultiLabelSoftMarginLoss", prediction, targets)
    let loss = RowLoss(
      name: "MultiLabelSoftMarginLoss", kind: DSC_ROW_MULTILABEL_SOFT_MARGIN, weight: weight)
    return loss(reduction, prediction, targets) {
      let value = (1 - targets) * prediction + (-prediction).softplus()
      return (weight.map { value * $0 } ?? value).mean(dim: -1)
    }
  }
}
