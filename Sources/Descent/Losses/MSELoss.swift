import CDescent

/// The squared error `(prediction - target)²`, as `torch.nn.MSELoss`.
///
/// Prediction and targets have one shape, any; so has the result without a reduction. Both are differentiable, to
/// any order.
public struct MSELoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with a reduction.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    Tensor.make { dsc_mse_loss(prediction.handle, targets.handle, reduction.c, $0) }
  }
}
