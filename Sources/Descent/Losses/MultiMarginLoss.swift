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
  /// - Precondition: `p` is 1 or 2.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    precondition(p == 1 || p == 2, "MultiMarginLoss: p is \(p), must be 1 or 2")
    (self.p, self.margin, self.weight, self.reduction) = (p, margin, weight, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    requireOneClassEach("MultiMarginLoss", prediction, targets)
    let loss = RowLoss(
      name: "MultiMarginLoss", kind: DSC_ROW_MULTI_MARGIN, margin: margin, p: Double(p), weight: weight)
    return loss(reduction, prediction, targets: targets) {
      let right = targets.oneHot(like: prediction)
      let own = (prediction * right).sum(dim: -1, keepingDimension: true)
      let z = margin - own + prediction
      let hinge = z.masked(by: (1 - right) * (1 - z.isBelow(0, included: true)))
      let counts = weight.map { (right * $0).sum(dim: -1, keepingDimension: true) }
      let powered = p == 1 ? hinge : hinge * hinge
      return (counts.map { powered * $0 } ?? powered).mean(dim: -1)
    }
  }
}
