import CDescent

/// `activation(x weightᵀ + bias)`, as `torch.nn.functional.linear`, in one kernel each way.
///
/// - Parameters:
///   - x: [..., inputs]
///   - weight: [outputs, inputs]
///   - bias: [outputs]
/// - Returns: [..., outputs]
public func linear(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, activation: Activation = .identity
) -> Tensor {
  precondition(
    weight.shape.rank == 2 && x.shape.rank > 0 && x.shape[x.shape.rank - 1] == weight.shape[1],
    "linear: input \(x.shape) and weight \(weight.shape); the last extents must agree")
  precondition(
    bias.map { $0.shape.rank == 1 && $0.shape[0] == weight.shape[0] } ?? true,
    "linear: bias \(bias?.shape ?? []) for the weight \(weight.shape)")
  precondition(
    x.dtype == weight.dtype && bias?.dtype ?? x.dtype == x.dtype,
    "linear: a \(x.dtype.rawValue) input and a \(weight.dtype.rawValue) weight")
  let outputs = weight.shape[0]
  let rank = x.shape.rank
  let shape =
    rank == 2 ? Shape(x.shape[0], outputs) : x.shape.replacing(rank - 1, with: outputs)
  let y = Tensor(uninitialized: shape, dtype: x.dtype)
  var layer = linearDescription(x, weight, bias, activation, y)
  require(dsc_linear_forward(nil, &layer))
  let saved = y.detached()
  return y.recorded(.linear, x, weight, bias) { g, pass in
    pass.createsGraph
      ? differentiableLinearGradients(g, x, weight, bias, activation)
      : fusedLinearGradients(g, x, weight, bias, activation, saved, pass)
  }
}

private func linearDescription(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ activation: Activation, _ y: Tensor
) -> dsc_linear {
  let inputs = weight.shape[1]
  return dsc_linear(
    dtype: x.dtype.c, activation: activation.c, batch: inputs == 0 ? 0 : x.count / inputs, inputs: inputs,
    outputs: weight.shape[0], x: x.data, w: weight.data, b: bias.map { UnsafeRawPointer($0.data) }, y: y.data)
}

/// All gradients in one call, those of leaves straight into their `grad`.
private func fusedLinearGradients(
  _ g: Tensor, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ activation: Activation, _ y: Tensor,
  _ pass: BackwardPass
) -> InputGradients {
  var layer = linearDescription(x, weight, bias, activation, y)
  var gradients = dsc_linear_gradients()
  gradients.dy = UnsafeRawPointer(g.data)
  let dz = activation == .identity ? nil : Tensor(uninitialized: g.shape, dtype: g.dtype)
  gradients.dz = dz?.data
  let dx = x.requiresGrad ? Tensor(uninitialized: x.shape, dtype: x.dtype) : nil
  gradients.dx = dx?.data
  func destination(_ tensor: Tensor?) -> (returned: Tensor?, data: UnsafeMutableRawPointer?, adds: Bool) {
    guard let tensor, tensor.requiresGrad else { return (nil, nil, false) }
    if tensor.node == nil && pass.accumulatesIntoLeaves {
      let target = tensor.gradientDestination()
      return (nil, target.tensor.data, target.adds)
    }
    let fresh = Tensor(uninitialized: tensor.shape, dtype: tensor.dtype)
    return (fresh, fresh.data, false)
  }
  let dw = destination(weight)
  let db = destination(bias)
  gradients.dw = dw.data
  gradients.db = db.data
  gradients.add_dw = dw.adds
  gradients.add_db = db.adds
  require(dsc_linear_backward(nil, &layer, &gradients))
  return (dx, dw.returned, db.returned)
}

private func differentiableLinearGradients(
  _ g: Tensor, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ activation: Activation
) -> InputGradients {
  let rows = Shape(x.count / max(weight.shape[1], 1), weight.shape[1])
  let flatX = x.reshaped(rows)
  var dz = g.reshaped(Shape(rows[0], weight.shape[0]))
  if activation == .relu {
    let z = Tensor.product(flatX, false, weight, true)
    dz = dz.masked(by: Tensor.unary(DSC_STEP, (bias.map { z + $0 } ?? z).detached()))
  }
  return (
    x.requiresGrad ? dz.matmul(weight).reshaped(x.shape) : nil,
    weight.requiresGrad ? Tensor.product(dz, true, flatX, false) : nil,
    bias?.requiresGrad == true ? dz.sum(dim: 0) : nil
  )
}
