import CDescent

/// An anchor that is to be nearer to a positive than to a negative, as `torch.nn.TripletMarginLoss`:
/// max(0, margin + D(a, p) - D(a, n)), D(x, y) = |x - y + eps|_p.
///
/// Vectors are [..., features]. All three are differentiable, to any order.
public struct TripletMarginLoss: LossOfThree, Sendable {
  /// How much nearer.
  public var margin: Double
  /// The norm's p, > 0; infinity for the largest difference.
  public var p: Double
  /// Added to differences, so that the norm has a derivative at 0.
  public var eps: Double
  /// Whether the negative may instead be measured from the positive, if that is nearer.
  public var swap: Bool
  /// How triplets become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` and `p` are above 0, `margin` is not NaN.
  public init(
    margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
  ) {
    for (name, value) in [("margin", margin), ("p", p), ("eps", eps)] {
      LossTable.demand("triplet_margin", name, value)
    }
    (self.margin, self.p, self.eps, self.swap, self.reduction) = (margin, p, eps, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    var options = dsc_triplet_margin_options(
      margin: margin, p: p, eps: eps, swap: swap, reduction: reduction.c)
    return Tensor.make {
      dsc_triplet_margin_loss(anchor.handle, positive.handle, negative.handle, &options, $0)
    }
  }
}
