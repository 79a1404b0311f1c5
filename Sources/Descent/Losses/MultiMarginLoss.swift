import CDescent

/// A hinge for every wrong class, as `torch.nn.MultiMarginLoss`: Σ over i ≠ t of weight[t] max(0, margin - x[t] + x[i])^p / C.
///
/// Predictions are [batch, classes] or [classes], targets int64, [batch] or a scalar. Differentiable to any order.
public struct MultiMarginLoss: Loss {
  /// The hinge's power, 1 or 2.
  public var p: Int
  /// How far the right class is to lead.
  public var margin: Double
  /// What each class's samples count; nil for 1. [classes]
  public var weight: Tensor?
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `p` is 1 or 2, `margin` not NaN.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    LossTable.demand("multi_margin", "p", Double(p))
    LossTable.demand("multi_margin", "margin", margin)
    (self.p, self.margin, self.weight, self.reduction) = (p, margin, weight, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    withExtendedLifetime(weight) {
      var options = dsc_multi_margin_options(
        p: Int64(p), margin: margin, weight: weight?.handle, reduction: reduction.c)
      return Tensor.make { dsc_multi_margin_loss(prediction.handle, targets.handle, &options, $0) }
    }
  }
}
