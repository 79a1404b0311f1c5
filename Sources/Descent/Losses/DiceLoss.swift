import CDescent

/// One less the Dice coefficient of each sample, for probabilities: 1 - (2 Σ x y + smooth) / (Σ x + Σ y + smooth).
/// Milletari, Navab and Ahmadi 2016, arXiv:1606.04797.
///
/// Prediction and targets have one shape, [batch, ...]; the sums are over all but the batch. Both are differentiable, to
/// any order.
public struct DiceLoss: Loss, Sendable {
  /// Added above and below, so that empty samples have a loss.
  public var smooth: Double
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with its options.
  ///
  /// - Precondition: `smooth` is finite and not negative.
  public init(smooth: Double = 1, reduction: Reduction = .mean) {
    demand(smooth >= 0 && smooth.isFinite, "DiceLoss: smooth is \(smooth), must be >= 0 and finite")
    (self.smooth, self.reduction) = (smooth, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("DiceLoss", prediction).alike("targets", targets)
    demand(prediction.shape.rank > 0, "DiceLoss: prediction is a scalar, must be [batch, ...]")
    let rank = prediction.shape.rank
    let (x, y) = rank == 1 ? (prediction, targets) : (prediction.flattened(), targets.flattened())
    return RowLoss(name: "DiceLoss", kind: DSC_ROW_DICE, eps: smooth)(reduction, x, y) {
      func sum(_ x: Tensor) -> Tensor { x.sum(dim: -1, keepingDimension: true) }
      let bottom = sum(x) + sum(y) + smooth
      let ratio = (sum(x * y) * 2 + smooth) / bottom
      return ((ratio - y * 2) / bottom, (ratio - x * 2) / bottom, nil)
    }
  }
}
