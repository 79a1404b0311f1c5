import CDescent

/// Binary cross entropy of probabilities, as `torch.nn.BCELoss`: -weight (y log x + (1 - y) log(1 - x)), logarithms at
/// least -100.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order. Both are probabilities: one outside
/// 0...1 stops the program, NaN passes (PyTorch stops at it too). `BCEWithLogitsLoss` is more exact.
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
    withExtendedLifetime(weight) {
      var options = dsc_bce_options(weight: weight?.handle, reduction: reduction.c)
      return Tensor.make { dsc_bce_loss(prediction.handle, targets.handle, &options, $0) }
    }
  }
}
