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
    let arguments = LossArguments("BCELoss", prediction)
    arguments.alike("targets", targets)
    let weight = arguments.elementWeights("weight", weight)
    return ElementLoss(kind: DSC_POINTWISE_BCE)(reduction, prediction, targets, z: weight) {
      // The second derivatives are PyTorch's own formulas, with its limits; the true ones are infinite at 0 and 1.
      let (x, y, eps) = (prediction, targets, 1e-12)
      let spread = Tensor.maximum((1 - x) * x, x.constant(eps))
      let byX = ((x - y) / spread).derived(
        by: x, { (x * x - x * y * 2 + y) / ((x + eps).pow(2) * (1 - x + eps).pow(2)) },
        by: y, { -1 / spread })
      let byY = (1 - x).log() - x.log()
      return (weight.map { byX * $0 } ?? byX, weight.map { byY * $0 } ?? byY, nil)
    }
  }
}
