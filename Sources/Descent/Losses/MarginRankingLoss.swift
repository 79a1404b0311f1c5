import CDescent

/// Pairs that are to be in order, as `torch.nn.MarginRankingLoss`: max(0, -y (x1 - x2) + margin), y = 1 where the first is
/// to be larger, -1 where the second is.
///
/// All three have one shape, any, and are differentiable, to any order.
public struct MarginRankingLoss: Sendable {
  /// How far apart is far enough.
  public var margin: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` is a number.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    demand(!margin.isNaN, "MarginRankingLoss: margin is NaN, must be a number")
    (self.margin, self.reduction) = (margin, reduction)
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ first: Tensor, _ second: Tensor, _ targets: Tensor) -> Tensor {
    let arguments = LossArguments("MarginRankingLoss", first, name: "first")
    arguments.alike("second", second)
    arguments.alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_MARGIN_RANKING, options: { $0.margin = margin })
    return loss(reduction, first, targets, z: second, zIsInput: true) {
      let difference = second - first
      let isActive = (targets.detached() * difference.detached() + margin).isNotNegative
      return ((-targets).masked(by: isActive), difference * isActive, targets.masked(by: isActive))
    }
  }
}
