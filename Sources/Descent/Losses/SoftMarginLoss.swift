import CDescent

/// log(1 + e^(-y x)) for targets of 1 and -1, as `torch.nn.SoftMarginLoss`, without its overflow for large -y x.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct SoftMarginLoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("SoftMarginLoss", prediction).alike("targets", targets)
    return ElementLoss(kind: DSC_POINTWISE_SOFT_MARGIN)(
      reduction, prediction, targets
    ) {
      let miss = (-(targets * prediction)).logistic()
      return (-targets * miss, -prediction * miss, nil)
    }
  }
}
