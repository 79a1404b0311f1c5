import CDescent

/// Pairs of vectors that are to be alike or not, as `torch.nn.CosineEmbeddingLoss`: 1 - cos(a, b) where the target is 1,
/// max(0, cos(a, b) - margin) where it is -1.
///
/// Vectors are [batch, features] or [features], targets of their type, [batch] or a scalar. The vectors are
/// differentiable, to any order.
public struct CosineEmbeddingLoss: LossOfThree, Sendable {
  /// How alike vectors may be that are not to be.
  public var margin: Double
  /// How pairs become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` is not NaN.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    LossTable.demand("cosine_embedding", "margin", margin)
    (self.margin, self.reduction) = (margin, reduction)
  }

  /// The loss: a scalar, or one number a pair without a reduction.
  public func callAsFunction(_ first: Tensor, _ second: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_cosine_embedding_options(margin: margin, reduction: reduction.c)
    return Tensor.make {
      dsc_cosine_embedding_loss(first.handle, second.handle, targets.handle, &options, $0)
    }
  }
}
