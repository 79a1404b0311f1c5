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
  demand(
    x.dtype.isFloatingPoint, "linear: x is of type \(x.dtype.rawValue), must be float32 or float64")
  demand(
    weight.shape.rank == 2 && x.shape.rank > 0 && x.shape[x.shape.rank - 1] == weight.shape[1],
    "linear: x is of shape \(x.shape) and weight of shape \(weight.shape); the last extents must agree")
  demand(
    weight.dtype == x.dtype,
    "linear: weight is of type \(weight.dtype.rawValue), must be \(x.dtype.rawValue), as x")
  demand(
    bias.map { $0.shape.rank == 1 && $0.shape[0] == weight.shape[0] && $0.dtype == x.dtype } ?? true,
    "linear: bias is \(bias?.dtype.rawValue ?? "") of shape \(bias?.shape ?? []), must be \(x.dtype.rawValue) of shape [\(weight.shape[0])]"
  )
  let outputs = weight.shape[0]
  let rank = x.shape.rank
  let shape =
    rank == 2 ? Shape(x.shape[0], outputs) : x.shape.replacing(rank - 1, with: outputs)
  let y = Tensor(uninitialized: shape, dtype: x.dtype)
  var layer = linearDescription(x, weight, bias, activation, y.data)
  require(dsc_linear_forward(nil, &layer))
  // The output behind a ReLU is its derivative's mask.
  let saved = activation == .identity ? nil : y.detached()
  return y.recorded(.linear, x, weight, bias, saved: saved) { node, g, pass in
    guard let x = node.inputs.0, let weight = node.inputs.1 else { return (nil, nil, nil) }
    return pass.createsGraph
      ? differentiableLinearGradients(g, x, weight, node.inputs.2, node.saved == nil ? .identity : .relu)
      : fusedLinearGradients(g, x, weight, node.inputs.2, node.saved, pass)
  }
}

private func linearDescription(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ activation: Activation, _ y: UnsafeMutableRawPointer
) -> dsc_linear_call {
  let inputs = weight.shape[1]
  return dsc_linear_call(
    dtype: x.dtype.c, activation: activation.c, batch: inputs == 0 ? 0 : x.count / inputs, inputs: inputs,
    outputs: weight.shape[0], x: x.data, w: weight.data, b: bias.map { UnsafeRawPointer($0.data) }, y: y)
}

/// All gradients in one call, those of leaves straight into their `grad`. `y` is the output behind a ReLU; nil
/// without one.
private func fusedLinearGradients(
  _ g: Tensor, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ y: Tensor?, _ pass: BackwardPass
) -> InputGradients {
  // Without an activation the output is not read, but must not be NULL.
  var layer = linearDescription(x, weight, bias, y == nil ? .identity : .relu, y?.data ?? g.data)
  var gradients = dsc_linear_gradients()
  gradients.dy = UnsafeRawPointer(g.data)
  let dz = y == nil ? nil : Tensor(uninitialized: g.shape, dtype: g.dtype)
  gradients.dz = dz?.data
  let dx = x.requiresGrad ? Tensor(uninitialized: x.shape, dtype: x.dtype) : nil
  gradients.dx = dx?.data
  var (dw, db): (Tensor?, Tensor?)
  (gradients.dw, gradients.add_dw) = destination(weight, pass, &dw)
  (gradients.db, gradients.add_db) = destination(bias, pass, &db)
  require(dsc_linear_backward(nil, &layer, &gradients))
  return (dx, dw, db)
}

/// Where a gradient goes, and whether it is added there: a leaf's own, or a fresh tensor to be returned.
private func destination(
  _ tensor: Tensor?, _ pass: BackwardPass, _ fresh: inout Tensor?
) -> (UnsafeMutableRawPointer?, Bool) {
  guard let tensor, tensor.requiresGrad else { return (nil, false) }
  if tensor.node == nil && pass.accumulatesIntoLeaves { return tensor.gradientDestination() }
  let made = Tensor(uninitialized: tensor.shape, dtype: tensor.dtype)
  fresh = made
  return (made.data, false)
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
