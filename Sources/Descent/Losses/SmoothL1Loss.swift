import CDescent

/// A squared error that becomes linear, as `torch.nn.SmoothL1Loss`: d² / (2 beta) where |d| < beta, else |d| - beta / 2.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct SmoothL1Loss: Loss, Sendable {
  /// Where the square ends, >= 0; 0: `L1Loss`.
  public var beta: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `beta` is not negative.
  public init(beta: Double = 1, reduction: Reduction = .mean) {
    LossTable.demand("smooth_l1", "beta", beta)
    self.beta = beta
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_smooth_l1_options(beta: beta, reduction: reduction.c)
    return Tensor.make { dsc_smooth_l1_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
