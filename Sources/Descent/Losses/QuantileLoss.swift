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
    LossTable.demand("quantile", "quantile", quantile)
    self.quantile = quantile
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_quantile_options(quantile: quantile, reduction: reduction.c)
    return Tensor.make { dsc_quantile_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
