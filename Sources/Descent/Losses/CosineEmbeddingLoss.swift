import CDescent

/// Pairs of vectors that are to be alike or not, as `torch.nn.CosineEmbeddingLoss`: 1 - cos(a, b) where the target is 1,
/// max(0, cos(a, b) - margin) where it is -1.
///
/// Vectors are [batch, features] or [features], targets of their type, [batch] or a scalar. The vectors are
/// differentiable, to any order.
public struct CosineEmbeddingLoss: Sendable {
  /// How alike vectors may be that are not to be.
  public var margin: Double
  /// How pairs become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    (self.margin, self.reduction) = (margin, reduction)
  }

  /// The loss: a scalar, or one number a pair without a reduction.
  public func callAsFunction(_ first: Tensor, _ second: Tensor, _ targets: Tensor) -> Tensor {
    requireSameShape("CosineEmbeddingLoss", first, second)
    precondition(
      targets.dtype == first.dtype && targets.shape == Shape(first.shape.dropLast()),
      "CosineEmbeddingLoss: vectors of shape \(first.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)"
    )
    let loss = RowLoss(name: "CosineEmbeddingLoss", kind: DSC_ROW_COSINE_EMBEDDING, margin: margin)
    return loss(reduction, first, second, z: targets, zIsInput: false) {
      let lengths = ((first * first).sum(dim: -1) + 1e-12) * ((second * second).sum(dim: -1) + 1e-12)
      let cosine = (first * second).sum(dim: -1) / lengths.sqrt()
      let labels = targets.detached()
      let other = (labels .== labels.constant(-1)) * (1 - cosine.isBelow(margin))
      return (1 - cosine).masked(by: labels .== labels.constant(1)) + (cosine - margin).masked(by: other)
    }
  }
}
