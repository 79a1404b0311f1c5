import CDescent

/// log cosh(prediction - target): a squared error near 0, an absolute one far away, smooth throughout.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct LogCoshLoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with its options.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    Tensor.make { dsc_log_cosh_loss(prediction.handle, targets.handle, reduction.c, $0) }
  }
}
