import CDescent

// Views share memory and gradients with what they are views of. Negative dimensions count from the back.
extension Tensor {
  /// The same elements under another shape of as many: a view where strides allow it, else a copy.
  public func reshaped(_ target: Shape) -> Tensor {
    Tensor.make { result in target.withExtents { dsc_reshape(handle, $0, $1, result) } }
  }

  /// All dimensions from `dim` on made one.
  public func flattened(from dim: Int = 1) -> Tensor {
    demand(dim >= 0 && dim <= rank, "flattening \(shape) from dimension \(dim)")
    return rank == dim ? unsqueezed(dim) : Tensor.make { dsc_flatten(handle, Int64(dim), -1, $0) }
  }

  /// The matrix's transpose.
  ///
  /// - Precondition: two dimensions.
  public func transposed() -> Tensor {
    demand(rank == 2, "transposed() of a tensor of shape \(shape), which is no matrix")
    return transposed(0, 1)
  }

  /// Two dimensions exchanged.
  public func transposed(_ first: Int, _ second: Int) -> Tensor {
    Tensor.make { dsc_transpose(handle, Int64(first), Int64(second), $0) }
  }

  /// The dimensions in another order: that of the result's d is `order[d]`.
  public func permuted(_ order: [Int]) -> Tensor {
    Tensor.make { dsc_permute(handle, order.count, order.map(Int64.init), $0) }
  }

  /// Without a dimension of extent 1.
  public func squeezed(_ dim: Int) -> Tensor { Tensor.make { dsc_squeeze(handle, Int64(dim), $0) } }

  /// With one more dimension, of extent 1, at this place.
  public func unsqueezed(_ dim: Int) -> Tensor { Tensor.make { dsc_unsqueeze(handle, Int64(dim), $0) } }

  /// Repeated to a shape that it broadcasts to, without a copy.
  public func expanded(to target: Shape) -> Tensor {
    Tensor.make { result in target.withExtents { dsc_expand(handle, $0, $1, result) } }
  }

  /// A copy in memory of its own. Gradients flow through it: `detached().clone()` is a new leaf.
  public func clone() -> Tensor { Tensor.make { dsc_clone(handle, $0) } }

  /// Itself where the elements lie row by row, else a copy.
  public func contiguous() -> Tensor { isContiguous ? self : Tensor.make { dsc_contiguous(handle, $0) } }

  /// Itself, or the same numbers in another type. Between floating-point types gradients flow through. What does not fit
  /// an int64 becomes the nearest, NaN 0; uint8 is taken modulo 256, as PyTorch does.
  public func to(_ type: DType) -> Tensor {
    type == dtype ? self : Tensor.make { dsc_to(handle, type.c, $0) }
  }

  /// The dimensions named, in reverse: a copy.
  public func flipped(dims: [Int]) -> Tensor {
    Tensor.make { dsc_flip(handle, dims.count, dims.map(Int64.init), $0) }
  }

  /// On and below a diagonal of the last two dimensions; 0 elsewhere. 0 is the main diagonal, 1 that above.
  public func lowerTriangle(_ diagonal: Int = 0) -> Tensor {
    Tensor.make { dsc_tril(handle, Int64(diagonal), $0) }
  }

  /// On and above a diagonal of the last two dimensions; 0 elsewhere.
  public func upperTriangle(_ diagonal: Int = 0) -> Tensor {
    Tensor.make { dsc_triu(handle, Int64(diagonal), $0) }
  }
}
