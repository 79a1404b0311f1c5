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
    let arguments = LossArguments("MultiLabelSoftMarginLoss", prediction)
    arguments.alike("targets", targets)
    let classes = prediction.shape.last ?? 0
    arguments.classWeights("weight", weight, classes)
    let (x, y) = (prediction, targets)
    if let weight, Tensor.records(weight) {
      let values = (y * (-x).softplus() + (1 - y) * x.softplus()) * weight
      return values.mean(dim: -1).reduced(reduction, divisor: Double(x.count / max(classes, 1)))
    }
    let loss = RowLoss(
      name: "MultiLabelSoftMarginLoss", kind: DSC_ROW_MULTILABEL_SOFT_MARGIN, weight: weight)
    return loss(reduction, prediction, targets) {
      let share = weight.map { $0 / Double(classes) } ?? Tensor(1 / Double(classes), dtype: x.dtype)
      return ((x.logistic() - y) * share, -x * share, nil)
    }
  }
}
