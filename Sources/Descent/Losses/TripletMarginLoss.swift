import CDescent

/// An anchor that is to be nearer to a positive than to a negative, as `torch.nn.TripletMarginLoss`:
/// max(0, margin + D(a, p) - D(a, n)), D(x, y) = |x - y + eps|_p.
///
/// Vectors are [batch, features] or [features]. All three are differentiable, to any order.
public struct TripletMarginLoss: Sendable {
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
  /// - Precondition: `p` is above 0.
  public init(
    margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
  ) {
    precondition(p > 0, "TripletMarginLoss: p is \(p), must be > 0")
    (self.margin, self.p, self.eps, self.swap, self.reduction) = (margin, p, eps, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    requireSameShape("TripletMarginLoss", anchor, positive)
    requireSameShape("TripletMarginLoss", anchor, negative)
    let loss = RowLoss(
      name: "TripletMarginLoss", kind: DSC_ROW_TRIPLET_MARGIN, margin: margin, p: p, eps: eps, swap: swap)
    return loss(reduction, anchor, positive, z: negative) {
      let far = distance(anchor, negative)
      let nearest = swap ? -Tensor.maximum(-far, -distance(positive, negative)) : far
      let rest = margin + distance(anchor, positive) - nearest
      return rest.masked(by: 1 - rest.isBelow(0))
    }
  }

  private func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    let d = (a - b + eps).abs()
    if p == 1 { return d.sum(dim: -1) }
    if p == 2 { return (d * d).sum(dim: -1).sqrt() }
    guard p.isInfinite else { return d.pow(p).sum(dim: -1).pow(1 / p) }
    let largest = noGrad { () -> Tensor in
      let places = d.argmax().oneHot(like: d)
      return (d.detached() * places).sum(dim: -1, keepingDimension: true)
    }
    let ties = d.detached() .== largest
    return (d * (ties / ties.sum(dim: -1, keepingDimension: true))).sum(dim: -1)
  }
}

/// `TripletMarginLoss` with any distance, as `torch.nn.TripletMarginWithDistanceLoss`: written in tensor operations, and so
/// differentiable as far as the distance is.
public struct TripletMarginWithDistanceLoss {
  /// The distances of rows: [batch, features] twice to [batch].
  public var distance: (Tensor, Tensor) -> Tensor
  /// How much nearer.
  public var margin: Double
  /// Whether the negative may instead be measured from the positive, if that is nearer.
  public var swap: Bool
  /// How triplets become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(
    distance: @escaping (Tensor, Tensor) -> Tensor, margin: Double = 1, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    (self.distance, self.margin, self.swap, self.reduction) = (distance, margin, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    let far = distance(anchor, negative)
    let nearest = swap ? -Tensor.maximum(-far, -distance(positive, negative)) : far
    let rest = margin + distance(anchor, positive) - nearest
    let values = rest.masked(by: 1 - rest.isBelow(0))
    return values.reduced(reduction, divisor: Double(values.count))
  }
}
