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
    Tensor.make { dsc_l1_loss(prediction.handle, targets.handle, reduction.c, $0) }
  }
}
