import CDescent

/// The negative log likelihood of log probabilities, as `torch.nn.NLLLoss`: -weight[t] x[t].
///
/// Predictions are [classes], [batch, classes] or [batch, classes, d1, ..., dK], targets int64 of the same shape without
/// the classes: each a class, or `ignoreIndex`. The mean is weighted. Differentiable to any order.
public struct NLLLoss: Loss {
  /// What each class's samples count; nil for 1. [classes]
  public var weight: Tensor?
  /// Samples with this target count for nothing.
  public var ignoreIndex: Int
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
    (self.weight, self.ignoreIndex, self.reduction) = (weight, ignoreIndex, reduction)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    withExtendedLifetime(weight) {
      var options = dsc_nll_options(
        weight: weight?.handle, ignore_index: Int64(ignoreIndex), reduction: reduction.c)
      return Tensor.make { dsc_nll_loss(prediction.handle, targets.handle, &options, $0) }
    }
  }
}
