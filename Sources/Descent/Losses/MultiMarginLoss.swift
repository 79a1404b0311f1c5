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
  /// - Precondition: `p` is 1 or 2, `margin` a number.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    demand(p == 1 || p == 2, "MultiMarginLoss: p is \(p), must be 1 or 2")
    demand(!margin.isNaN, "MultiMarginLoss: margin is NaN, must be a number")
    (self.p, self.margin, self.weight, self.reduction) = (p, margin, weight, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    let arguments = LossArguments("MultiMarginLoss", prediction)
    arguments.oneClassEach("targets", targets)
    demand(
      prediction.shape.rank <= 2,
      "MultiMarginLoss: prediction is of shape \(prediction.shape), must be [batch, classes] or [classes]")
    arguments.classWeights("weight", weight, prediction.shape[prediction.shape.rank - 1])
    arguments.notDifferentiated("weight", weight)
    let loss = RowLoss(
      name: "MultiMarginLoss", kind: DSC_ROW_MULTI_MARGIN, margin: margin, p: Double(p), weight: weight)
    guard p == 2 else { return loss(reduction, prediction, targets: targets, slopes: nil) }
    return loss(reduction, prediction, targets: targets) {
      func sum(_ x: Tensor) -> Tensor { x.sum(dim: -1, keepingDimension: true) }
      let right = targets.oneHot(like: prediction)
      let hinges = (margin - sum(prediction * right) + prediction).hinged().masked(by: 1 - right)
      let counts = weight.map { sum(right * $0) } ?? prediction.constant(1)
      let slope = hinges * (counts * (2 / Double(prediction.shape[prediction.shape.rank - 1])))
      return (slope - right * sum(slope), nil, nil)
    }
  }
}
