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
  ///
  /// - Precondition: `margin` is a number.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    demand(!margin.isNaN, "CosineEmbeddingLoss: margin is NaN, must be a number")
    (self.margin, self.reduction) = (margin, reduction)
  }

  /// The loss: a scalar, or one number a pair without a reduction.
  public func callAsFunction(_ first: Tensor, _ second: Tensor, _ targets: Tensor) -> Tensor {
    let arguments = LossArguments("CosineEmbeddingLoss", first, name: "first")
    arguments.alike("second", second)
    demand(
      first.shape.rank == 1 || first.shape.rank == 2,
      "CosineEmbeddingLoss: first is of shape \(first.shape), must be [batch, features] or [features]")
    arguments.alike("targets", targets, shape: Shape(first.shape.dropLast()))
    let loss = RowLoss(name: "CosineEmbeddingLoss", kind: DSC_ROW_COSINE_EMBEDDING, margin: margin)
    return loss(reduction, first, second, z: targets, zIsInput: false) {
      func sum(_ x: Tensor) -> Tensor { x.sum(dim: -1, keepingDimension: true) }
      let eps = Double(Float(1e-12))
      let (xx, yy) = (sum(first * first) + eps, sum(second * second) + eps)
      let length = (xx * yy).sqrt()
      let cosine = sum(first * second) / length
      let labels = targets.detached().reshaped(cosine.shape)
      let isOther = (labels .== labels.constant(-1)) * (cosine - margin).isNotNegative
      let sign = isOther - (labels .== labels.constant(1))
      return (
        (second / length - first * cosine / xx) * sign, (first / length - second * cosine / yy) * sign, nil
      )
    }
  }
}
