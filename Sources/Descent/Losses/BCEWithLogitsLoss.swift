import CDescent

/// Binary cross entropy of logits, as `torch.nn.BCEWithLogitsLoss`:
/// -weight (positiveWeight y log σ(x) + (1 - y) log(1 - σ(x))), stable for logits of any size.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct BCEWithLogitsLoss: Loss {
  /// What elements count; broadcasts to the prediction's shape. nil: 1.
  public var weight: Tensor?
  /// What positive targets count; broadcasts to the prediction's shape. nil: 1.
  public var positiveWeight: Tensor?
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(weight: Tensor? = nil, positiveWeight: Tensor? = nil, reduction: Reduction = .mean) {
    self.weight = weight
    self.positiveWeight = positiveWeight
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    withExtendedLifetime((weight, positiveWeight)) {
      var options = dsc_bce_with_logits_options(
        weight: weight?.handle, positive_weight: positiveWeight?.handle, reduction: reduction.c)
      return Tensor.make { dsc_bce_with_logits_loss(prediction.handle, targets.handle, &options, $0) }
    }
  }
}
