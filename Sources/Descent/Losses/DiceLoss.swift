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
    LossTable.demand("dice", "smooth", smooth)
    (self.smooth, self.reduction) = (smooth, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_dice_options(smooth: smooth, reduction: reduction.c)
    return Tensor.make { dsc_dice_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
