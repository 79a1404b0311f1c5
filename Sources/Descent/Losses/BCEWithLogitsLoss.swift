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
    let arguments = LossArguments("BCEWithLogitsLoss", prediction)
    arguments.alike("targets", targets)
    let weight = arguments.elementWeights("weight", weight)
    let positive = arguments.elementWeights("positiveWeight", positiveWeight)
    return ElementLoss(kind: DSC_POINTWISE_BCE_WITH_LOGITS)(
      reduction, prediction, targets, z: weight, w: positive
    ) {
      let (x, y) = (prediction, targets)
      let byX = positive.map { (y * $0 + 1 - y) * x.logistic() - y * $0 } ?? x.logistic() - y
      let byY = positive.map { $0 * (-x).softplus() - x.softplus() } ?? -x
      return (weight.map { byX * $0 } ?? byX, weight.map { byY * $0 } ?? byY, nil)
    }
  }
}
