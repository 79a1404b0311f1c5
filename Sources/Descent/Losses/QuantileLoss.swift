import CDescent

/// The pinball loss, whose minimum is the targets' q-quantile: q (target - prediction) below, (1 - q) (prediction -
/// target) above. Koenker and Bassett 1978.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct QuantileLoss: Loss, Sendable {
  /// The q, in (0, 1); 0.5: half the absolute error.
  public var quantile: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with its options.
  ///
  /// - Precondition: `quantile` is in (0, 1).
  public init(quantile: Double = 0.5, reduction: Reduction = .mean) {
    demand(quantile > 0 && quantile < 1, "QuantileLoss: quantile is \(quantile), must be in (0, 1)")
    self.quantile = quantile
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("QuantileLoss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_QUANTILE, options: { $0.quantile = quantile })
    return loss(
      reduction, prediction, targets, slopes: nil)
  }
}
