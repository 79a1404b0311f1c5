import CDescent

/// log cosh(prediction - target): a squared error near 0, an absolute one far away, smooth throughout.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct LogCoshLoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with its options.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("LogCoshLoss", prediction).alike("targets", targets)
    return ElementLoss(kind: DSC_POINTWISE_LOG_COSH)(reduction, prediction, targets) {
      let d = prediction - targets
      // 1 / cosh² d, of which 1 - tanh² d would leave nothing for large d.
      let slope = d.tanh().derived(by: d, { (d * 2).sigmoid() * (d * -2).sigmoid() * 4 })
      return (slope, -slope, nil)
    }
  }
}
