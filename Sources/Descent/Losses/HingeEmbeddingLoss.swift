import CDescent

/// Distances that are to be small or large, as `torch.nn.HingeEmbeddingLoss`: x where the target is 1, max(0, margin - x)
/// where it is -1.
///
/// Prediction and targets have one shape, any. The prediction is differentiable, to any order.
public struct HingeEmbeddingLoss: Loss, Sendable {
  /// How large is large enough.
  public var margin: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` is a number.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    demand(!margin.isNaN, "HingeEmbeddingLoss: margin is NaN, must be a number")
    self.margin = margin
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("HingeEmbeddingLoss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_HINGE_EMBEDDING, options: { $0.margin = margin })
    return loss(
      reduction, prediction, targets.detached(), slopes: nil)
  }
}
