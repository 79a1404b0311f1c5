import CDescent

/// A squared error that becomes linear, as `torch.nn.HuberLoss`: d² / 2 where |d| < delta, else delta (|d| - delta / 2).
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct HuberLoss: Loss, Sendable {
  /// Where the square ends, > 0; infinity: half of `MSELoss`.
  public var delta: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `delta` is above 0.
  public init(delta: Double = 1, reduction: Reduction = .mean) {
    demand(delta > 0, "HuberLoss: delta is \(delta), must be > 0")
    self.delta = delta
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    LossArguments("HuberLoss", prediction).alike("targets", targets)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_HUBER, options: { $0.delta = delta })
    return loss(
      reduction, prediction, targets
    ) {
      let d = prediction - targets
      let slope = d.masked(by: d.abs().isBelow(delta))
      return (slope, -slope, nil)
    }
  }
}
