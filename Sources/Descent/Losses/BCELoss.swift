import CDescent

/// Binary cross entropy of probabilities, as `torch.nn.BCELoss`: -weight (y log x + (1 - y) log(1 - x)), logarithms at
/// least -100.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order. Predictions are probabilities: one outside 0...1 stops the
/// program, NaN passes (PyTorch stops at it too). `BCEWithLogitsLoss` is more exact.
public struct BCELoss: Loss {
  /// What elements count; broadcasts to the prediction's shape. nil: 1.
  public var weight: Tensor?
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.weight = weight
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    ElementLoss(name: "BCELoss", kind: DSC_POINTWISE_BCE)(
      reduction, prediction, targets, z: weight?.expanded(to: prediction.shape)
    ) {
      let (yes, no) = (prediction.log(), (1 - prediction).log())
      let least = prediction.constant(-100)
      let value = -(targets * Tensor.maximum(yes, least) + (1 - targets) * Tensor.maximum(no, least))
      return weight.map { value * $0 } ?? value
    }
  }
}
