import CDescent

/// An anchor that is to be nearer to a positive than to a negative, as `torch.nn.TripletMarginLoss`:
/// max(0, margin + D(a, p) - D(a, n)), D(x, y) = |x - y + eps|_p.
///
/// Vectors are [..., features]. All three are differentiable, to any order.
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
  /// - Precondition: `margin` and `p` are above 0, `eps` is a number.
  public init(
    margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
  ) {
    demand(margin > 0, "TripletMarginLoss: margin is \(margin), must be > 0")
    demand(p > 0, "TripletMarginLoss: p is \(p), must be > 0")
    demand(!eps.isNaN, "TripletMarginLoss: eps is NaN, must be a number")
    (self.margin, self.p, self.eps, self.swap, self.reduction) = (margin, p, eps, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    let arguments = LossArguments("TripletMarginLoss", anchor, name: "anchor")
    arguments.alike("positive", positive)
    arguments.alike("negative", negative)
    let loss = RowLoss(
      name: "TripletMarginLoss", kind: DSC_ROW_TRIPLET_MARGIN, margin: margin, p: p, eps: eps, swap: swap)
    return loss(reduction, anchor, positive, z: negative) {
      let near = Distance(anchor, positive, self)
      let far = Distance(anchor, negative, self)
      let other = swap ? Distance(positive, negative, self) : far
      // The part of `far` in the smaller one; a tie is shared, as in torch.minimum.
      let share =
        swap ? (other.value .> far.value) + (other.value .== far.value) * 0.5 : far.value * 0 + 1
      let smaller = swap ? -Tensor.maximum(-far.value, -other.value) : far.value
      let isActive = (near.value - smaller + margin).isNotNegative
      let (toPositive, toNegative) = (near.slope * isActive, far.slope * (share * isActive))
      let between = other.slope * ((1 - share) * isActive)
      return (toPositive - toNegative, -toPositive - between, toNegative + between)
    }
  }

  /// |a - b + eps|_p of rows, and its derivative by a.
  private struct Distance {
    /// [..., 1], detached.
    let value: Tensor
    let slope: Tensor

    init(_ a: Tensor, _ b: Tensor, _ loss: TripletMarginLoss) {
      func sum(_ x: Tensor) -> Tensor { x.sum(dim: -1, keepingDimension: true) }
      let (p, d) = (loss.p, a - b + loss.eps)
      let (size, sign) = (d.abs(), Tensor.unary(DSC_SIGN, d.detached()))
      if p == 1 {
        (value, slope) = (sum(size).detached(), sign)
      } else if p.isInfinite {
        let places = size.argmax().oneHot(like: size)
        value = sum(size.detached() * places)
        let ties = size.detached() .== value
        slope = sign * ties / sum(ties)
      } else {
        // Without what is 0, as powers of it below 1 have no derivative.
        let counts = size.isNonzero
        let base = size.chosen(by: counts, else: size.detached() * 0 + 1)
        let total = sum(p == 2 ? d * d : base.pow(p).masked(by: counts))
        let isApart = total.isNonzero
        let apart = total.chosen(by: isApart, else: total.detached() * 0 + 1)
        let norm = p == 2 ? apart.sqrt() : apart.pow(1 / p)
        value = norm.detached().masked(by: isApart)
        slope =
          p == 2 ? (d / norm).masked(by: isApart) : ((base / norm).pow(p - 1) * sign).masked(by: counts)
      }
    }
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
  ///
  /// - Precondition: `margin` is above 0.
  public init(
    distance: @escaping (Tensor, Tensor) -> Tensor, margin: Double = 1, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    demand(margin > 0, "TripletMarginWithDistanceLoss: margin is \(margin), must be > 0")
    (self.distance, self.margin, self.swap, self.reduction) = (distance, margin, swap, reduction)
  }

  /// The loss: a scalar, or one number a triplet without a reduction.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    let arguments = LossArguments("TripletMarginWithDistanceLoss", anchor, name: "anchor")
    arguments.alike("positive", positive)
    arguments.alike("negative", negative)
    let far = distance(anchor, negative)
    let nearest = swap ? -Tensor.maximum(-far, -distance(positive, negative)) : far
    let values = (margin + distance(anchor, positive) - nearest).hinged()
    return values.reduced(reduction, divisor: Double(values.count))
  }
}
