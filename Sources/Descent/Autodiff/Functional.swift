/// The gradient of a scalar function at a point; of the point's shape.
///
/// Calls nest: inside another `gradient` or `hessian` the result can itself be differentiated.
public func gradient(of function: (Tensor) -> Tensor, at point: Tensor) -> Tensor {
  let nests = point.requiresGrad && ThreadState.current.pointee.recordsGradients
  let x = nests ? point : point.asLeaf()
  return enableGrad {
    let value = function(x)
    demand(value.count == 1, "gradient(of:at:): the function gives shape \(value.shape), not a scalar")
    return gradients(of: value, at: [x], createGraph: nests)[0]
  }
}

/// The matrix of second derivatives of a scalar function at a point of n elements: [n, n].
public func hessian(of function: (Tensor) -> Tensor, at point: Tensor) -> Tensor {
  let nests = point.requiresGrad && ThreadState.current.pointee.recordsGradients
  let x = nests ? point : point.asLeaf()
  return enableGrad {
    let value = function(x)
    demand(value.count == 1, "hessian(of:at:): the function gives shape \(value.shape), not a scalar")
    let slope = gradients(of: value, at: [x], createGraph: true)[0].reshaped([x.count])
    var result: Tensor?
    for i in 0..<x.count {
      let row = gradients(of: slope[rows: i..<i + 1].reshaped([]), at: [x], createGraph: nests)[0]
        .reshaped([1, x.count]).paddedRows(before: i, total: x.count)
      result = result.map { $0 + row } ?? row
    }
    return result ?? Tensor.zeros([0, 0], dtype: x.dtype)
  }
}

/// The gradients of a tensor with respect to others, as `torch.autograd.grad`: 0 where it does not depend on
/// one. Leaves' `grad` is not touched.
///
/// - Parameters:
///   - tensor: a scalar, or anything with `upstream` of its shape.
///   - inputs: leaves that require gradients, or results on the way.
///   - createGraph: whether the gradients can be differentiated in turn.
public func gradients(
  of tensor: Tensor, at inputs: [Tensor], upstream: Tensor? = nil, createGraph: Bool = false
) -> [Tensor] {
  let found =
    tensor.requiresGrad
    ? BackwardPass.collect(
      root: tensor, upstream: tensor.seed(upstream), targets: inputs, createsGraph: createGraph)
    : Array(repeating: nil, count: inputs.count)
  return zip(found, inputs).map { $0 ?? .zeros($1.shape, dtype: $1.dtype) }
}

extension Tensor {
  /// A leaf of its own with the same numbers, that requires a gradient.
  func asLeaf() -> Tensor {
    let leaf = detached()
    leaf.requiresGrad = true
    return leaf
  }
}
