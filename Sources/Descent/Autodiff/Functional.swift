import CDescent

/// The gradient of a scalar function at a point; of the point's shape.
///
/// Calls nest: inside another `gradient` or `hessian` the result can itself be differentiated.
public func gradient(of function: (Tensor) -> Tensor, at point: Tensor) -> Tensor {
  let nests = point.requiresGrad && dsc_is_recording()
  let x = nests ? point : point.asLeaf()
  return enableGrad {
    let value = function(x)
    demand(value.count == 1, "gradient(of:at:): the function gives shape \(value.shape), not a scalar")
    return gradients(of: value, at: [x], createGraph: nests)[0]
  }
}

/// The matrix of second derivatives of a scalar function at a point of n elements: [n, n].
public func hessian(of function: (Tensor) -> Tensor, at point: Tensor) -> Tensor {
  withFunction({ function($0[0]) }) { call, user in Tensor.make { dsc_hessian(call, user, point.handle, $0) }
  }
}

/// The derivatives of a function's m numbers at a point of n: [m, n]. As `torch.autograd.functional.jacobian`.
public func jacobian(of function: (Tensor) -> Tensor, at point: Tensor) -> Tensor {
  withFunction({ function($0[0]) }) { call, user in Tensor.make { dsc_jacobian(call, user, point.handle, $0) }
  }
}

/// The matrix of second derivatives of a scalar function at a point, times a vector of the point's shape, without the
/// matrix. As `torch.autograd.functional.hvp`.
///
/// - Returns: the function's value, and the product.
public func hessianVectorProduct(
  of function: (Tensor) -> Tensor, at point: Tensor, _ vector: Tensor
) -> (value: Tensor, product: Tensor) {
  withFunction({ function($0[0]) }) { call, user in
    var value: OpaquePointer?
    let product = Tensor.make {
      dsc_hessian_vector_product(call, user, point.handle, vector.handle, &value, $0)
    }
    return (Tensor(owning: value), product)
  }
}

extension Tensor {
  /// A leaf of its own with the same numbers, that requires a gradient.
  func asLeaf() -> Tensor {
    let leaf = detached()
    leaf.requiresGrad = true
    return leaf
  }
}
