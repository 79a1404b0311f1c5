import CDescent

/// Binary cross entropy of logits averaged over the classes, as `torch.nn.MultiLabelSoftMarginLoss`.
///
/// Predictions and targets, 0 or 1 for each class, are [..., classes]. Both are differentiable, and the weight too, to any
/// order.
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
    withExtendedLifetime(weight) {
      var options = dsc_multilabel_soft_margin_options(weight: weight?.handle, reduction: reduction.c)
      return Tensor.make { dsc_multilabel_soft_margin_loss(prediction.handle, targets.handle, &options, $0) }
    }
  }
}
