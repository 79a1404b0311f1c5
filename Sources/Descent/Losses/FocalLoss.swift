import CDescent

/// The focal loss of logits, which leaves easy samples aside: a (1 - q)^gamma times `BCEWithLogitsLoss`, with q the target's
/// probability and a = alpha for positive targets, 1 - alpha for negative ones. Lin et al. 2017, arXiv:1708.02002;
/// `torchvision.ops.sigmoid_focal_loss`.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct FocalLoss: Loss, Sendable {
  /// How far aside, >= 0.
  public var gamma: Double
  /// The share of positive targets; nil: both count 1.
  public var alpha: Double?
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `gamma` is finite and not negative, `alpha` nil or in 0...1.
  public init(gamma: Double = 2, alpha: Double? = 0.25, reduction: Reduction = .mean) {
    LossTable.demand("focal", "gamma", gamma)
    LossTable.demand("focal", "alpha", alpha ?? -1)
    self.gamma = gamma
    self.alpha = alpha
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_focal_options(gamma: gamma, alpha: alpha ?? -1, reduction: reduction.c)
    return Tensor.make { dsc_focal_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
