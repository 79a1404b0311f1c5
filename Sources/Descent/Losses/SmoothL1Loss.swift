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
    demand(beta >= 0, "SmoothL1Loss: beta is \(beta), must be >= 0")
    self.beta = beta
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("SmoothL1Loss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_SMOOTH_L1, options: { $0.beta = beta })
    return loss(
      reduction, prediction, targets
    ) {
      guard beta > 0 else { return (nil, nil, nil) }
      let d = prediction - targets
      let slope = (d / beta).masked(by: d.abs().isBelow(beta))
      return (slope, -slope, nil)
    }
  }
}
