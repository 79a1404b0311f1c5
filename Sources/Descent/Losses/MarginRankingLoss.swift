import CDescent

/// Pairs that are to be in order, as `torch.nn.MarginRankingLoss`: max(0, -y (x1 - x2) + margin), y = 1 where the first is
/// to be larger, -1 where the second is.
///
/// All three have one shape, any, and are differentiable, to any order.
public struct MarginRankingLoss: LossOfThree, Sendable {
  /// How far apart is far enough.
  public var margin: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `margin` is not NaN.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    LossTable.demand("margin_ranking", "margin", margin)
    (self.margin, self.reduction) = (margin, reduction)
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ first: Tensor, _ second: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_margin_ranking_options(margin: margin, reduction: reduction.c)
    return Tensor.make { dsc_margin_ranking_loss(first.handle, second.handle, targets.handle, &options, $0) }
  }
}
