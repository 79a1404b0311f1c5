import CDescent

/// The absolute error `|prediction - target|`, as `torch.nn.L1Loss`.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order. For complex numbers see
/// `callAsFunction(_:_:)` of arrays of `Complex`.
public struct L1Loss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("L1Loss", prediction).alike("targets", targets)
    return ElementLoss(kind: DSC_POINTWISE_ABSOLUTE_ERROR)(
      reduction, prediction, targets, slopes: nil)
  }
}
