import CDescent

/// The negative log likelihood of normal distributions, as `torch.nn.GaussianNLLLoss`:
/// (log v + (x - y)² / v) / 2 with v = max(variance, eps); with `full` also log(2π) / 2.
///
/// Prediction and targets have one shape, any; the variance has it too, or is one number, lacks the last dimension, or has
/// a single one as 1. All three are differentiable, to any order; as in PyTorch the limit eps does not stop the variance's
/// gradient. A negative variance stops the program.
public struct GaussianNLLLoss: Sendable {
  /// Whether to add the constant.
  public var full: Bool
  /// The least variance, >= 0.
  public var eps: Double
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `eps` is finite and not negative.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    demand(eps >= 0 && eps.isFinite, "GaussianNLLLoss: eps is \(eps), must be >= 0 and finite")
    (self.full, self.eps, self.reduction) = (full, eps, reduction)
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor, variance: Tensor) -> Tensor {
    let arguments = LossArguments("GaussianNLLLoss", prediction)
    arguments.alike("targets", targets)
    let variance = fitted(variance, to: prediction.shape, arguments)
    let loss = ElementLoss(
      kind: DSC_POINTWISE_GAUSSIAN_NLL,
      options: { ($0.eps, $0.full) = (eps, full) })
    return loss(reduction, prediction, targets, z: variance, zIsInput: true) {
      let raised = Tensor.maximum(variance.detached(), variance.constant(eps)) - variance.detached()
      let v = variance + raised
      let share = (prediction - targets) / v
      return (share, -share, (1 / v - share * share) / 2)
    }
  }

  /// PyTorch takes a variance for each element; for each place but the last dimension's, with that dimension as 1 or left
  /// out; with any other single dimension as 1; or one number.
  private func fitted(_ variance: Tensor, to shape: Shape, _ arguments: LossArguments) -> Tensor {
    if variance.shape == shape {
      arguments.alike("variance", variance)
      return variance
    }
    let withoutLast = Shape(shape.dropLast())
    let repeated = zip(shape, variance.shape).filter { $0 != $1 }.map(\.1)
    let isFitting =
      variance.shape.isEmpty || variance.shape == withoutLast
      || variance.shape.rank == shape.rank && repeated == [1]
    arguments.alike("variance", variance, shape: isFitting ? variance.shape : shape)
    return (variance.shape == withoutLast ? variance.reshaped(Shape(withoutLast + [1])) : variance)
      .expanded(to: shape)
  }
}
