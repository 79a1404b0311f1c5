import CDescent

/// The squared error `(prediction - target)²`, as `torch.nn.MSELoss`.
///
/// Prediction and targets have one shape, any; so has the result without a reduction. Both are differentiable, to
/// any order.
public struct MSELoss: Loss, Sendable {
  /// How elements become one number.
  public var reduction: Reduction

  /// The loss with a reduction.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    precondition(
      prediction.shape == targets.shape && prediction.dtype == targets.dtype,
      "MSELoss: a \(prediction.dtype.rawValue) prediction of shape \(prediction.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)"
    )
    let none = reduction == .none
    let value = Tensor(uninitialized: none ? prediction.shape : Shape(), dtype: prediction.dtype)
    let slope =
      Tensor.records(prediction, targets)
      ? Tensor(uninitialized: prediction.shape, dtype: prediction.dtype) : nil
    require(
      dsc_mse_run(
        nil, prediction.dtype.c, prediction.count, prediction.data, targets.data, reduction.c, value.data,
        slope?.data))
    let factor = reduction == .mean ? 2 / Double(prediction.count) : 2
    return value.recorded(.meanSquaredError, prediction, targets) { upstream, pass in
      var gradient: Tensor
      if pass.createsGraph {
        gradient = (prediction - targets) * factor * upstream
      } else {
        gradient = slope!
        if !upstream.isSeed { gradient = gradient * upstream }
      }
      return (
        prediction.requiresGrad ? gradient : nil,
        targets.requiresGrad ? -gradient : nil, nil
      )
    }
  }
}
