import CDescent

/// A squared error that becomes linear, as `torch.nn.HuberLoss`: d² / 2 where |d| < delta, else delta (|d| - delta / 2).
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct HuberLoss: Loss, Sendable {
  /// Where the square ends, > 0; infinity: half of `MSELoss`.
  public var delta: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `delta` is above 0.
  public init(delta: Double = 1, reduction: Reduction = .mean) {
    LossTable.demand("huber", "delta", delta)
    self.delta = delta
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_huber_options(delta: delta, reduction: reduction.c)
    return Tensor.make { dsc_huber_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
