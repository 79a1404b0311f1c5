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
  /// - Precondition: `margin` is not NaN.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    LossTable.demand("hinge_embedding", "margin", margin)
    self.margin = margin
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_hinge_embedding_options(margin: margin, reduction: reduction.c)
    return Tensor.make { dsc_hinge_embedding_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
