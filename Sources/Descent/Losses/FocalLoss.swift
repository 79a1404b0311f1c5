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
    demand(gamma >= 0 && gamma.isFinite, "FocalLoss: gamma is \(gamma), must be >= 0 and finite")
    demand(
      alpha.map { 0...1 ~= $0 } ?? true, "FocalLoss: alpha is \(alpha ?? 0), must be in 0...1, or nil")
    self.gamma = gamma
    self.alpha = alpha
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("FocalLoss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_FOCAL, options: { ($0.gamma, $0.alpha) = (gamma, alpha ?? -1) })
    return loss(reduction, prediction, targets) {
      let (x, y) = (prediction, targets)
      let (yes, no) = (x.logistic(), (-x).logistic())
      let miss = y * no + (1 - y) * yes
      let entropy = y * (-x).softplus() + (1 - y) * x.softplus()
      // Powers of 0 would be infinite, but what they are multiplied by falls with it: so that is divided first.
      let counts = miss.isNonzero
      let base = miss.chosen(by: counts, else: miss.detached() * 0 + 1)
      let power = gamma == 0 ? y.detached() * 0 + 1 : base.pow(gamma).masked(by: counts)
      let bend = power * (entropy / base) * gamma
      let byX = power * ((1 - y) * yes - y * no) + power * entropy * (yes * no / base) * (1 - y * 2) * gamma
      let byY = bend * (no - yes) - power * x
      guard let alpha else { return (byX, byY, nil) }
      let share = y * (2 * alpha - 1) + (1 - alpha)
      return (byX * share, byY * share + power * entropy * (2 * alpha - 1), nil)
    }
  }
}
