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
    LossArguments("MSELoss", prediction).alike("targets", targets)
    let (value, slope) = reduction.makeValueAndGradient(
      prediction.shape, prediction, isRecorded: Tensor.records(prediction, targets))
    var loss = dsc_pointwise_loss()
    (loss.dtype, loss.kind, loss.n) = (prediction.dtype.c, DSC_POINTWISE_SQUARED_ERROR, prediction.count)
    (loss.x, loss.y) = (UnsafeRawPointer(prediction.data), UnsafeRawPointer(targets.data))
    loss.reduction = reduction.c
    require(dsc_pointwise_loss_run(nil, &loss, value.data, slope?.data, nil, nil))
    let factor = reduction == .mean ? 2 / Double(prediction.count) : 2
    return value.recorded(.meanSquaredError, prediction, targets, saved: slope, factor: factor) {
      node, upstream, pass in
      guard let prediction = node.inputs.0, let targets = node.inputs.1, var slope = node.saved else {
        return (nil, nil, nil)
      }
      if pass.createsGraph {
        slope = .slope(slope.clone(), by: (prediction - targets) * node.factor)
      }
      let gradient = upstream.isSeed ? slope : slope * upstream
      return (prediction.requiresGrad ? gradient : nil, targets.requiresGrad ? -gradient : nil, nil)
    }
  }
}
