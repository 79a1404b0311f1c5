/// `TripletMarginLoss` with any distance, as `torch.nn.TripletMarginWithDistanceLoss`: written in tensor operations, and so
/// differentiable as far as the distance is.
public struct TripletMarginWithDistanceLoss: LossOfThree {
  /// The distances of rows: [batch, features] twice to [batch].
  public var distance: (Tensor, Tensor) -> Tensor
  /// How much nearer.
  public var margin: Double
  /// Whether the negative may instead be measured from the positive, if that is nearer.
  public var swap: Bool
  /// How triplets become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` is above 0.
  public init(
    distance: @escaping (Tensor, Tensor) -> Tensor, margin: Double = 1, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    LossTable.demand("triplet_margin", "margin", margin)
    (self.distance, self.margin, self.swap, self.reduction) = (distance, margin, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    demand(
      positive.shape == anchor.shape && negative.shape == anchor.shape,
      "TripletMarginWithDistanceLoss: shapes \(anchor.shape), \(positive.shape) and \(negative.shape); they must agree"
    )
    let far = distance(anchor, negative)
    let nearest = swap ? Tensor.minimum(far, distance(positive, negative)) : far
    let values = (margin + distance(anchor, positive) - nearest).clamped(0)
    return switch reduction {
    case .none: values
    case .mean: values.mean()
    case .sum: values.sum()
    }
  }
}
