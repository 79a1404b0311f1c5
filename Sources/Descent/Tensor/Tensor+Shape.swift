import CDescent

extension Tensor {
  /// The same elements under another shape of as many; shares the memory.
  public func reshaped(_ target: Shape) -> Tensor {
    if target == shape { return self }
    demand(
      target.elementCount == count,
      "shape \(shape) of \(count) elements reshaped to \(target) of \(target.elementCount)")
    let out = Tensor(storage: storage, offset: offset, shape: target, dtype: dtype)
    guard dtype.isFloatingPoint else { return out }
    let shape = shape
    return out.recorded(.reshape, self) { _, g, _ in (g.reshaped(shape), nil, nil) }
  }

  /// All dimensions from `dim` on made one.
  public func flattened(from dim: Int = 1) -> Tensor {
    demand(dim >= 0 && dim <= shape.rank, "flattening \(shape) from dimension \(dim)")
    if shape.rank == dim + 1 { return self }
    let kept = shape.prefix(dim)
    return reshaped(Shape(kept + [shape.dropFirst(dim).reduce(1, *)]))
  }

  /// The matrix's transpose, as a copy: tensors are contiguous.
  ///
  /// - Precondition: two dimensions.
  public func transposed() -> Tensor {
    demand(shape.rank == 2, "transposed() of a tensor of shape \(shape), which is no matrix")
    let out = Tensor(uninitialized: Shape(shape[1], shape[0]), dtype: dtype)
    var operand = dsc_operand()
    operand.data = UnsafeRawPointer(data)
    operand.strides.0 = 1
    operand.strides.1 = shape[1]
    require(
      out.shape.withExtents { rank, extents in
        dsc_copy_run(nil, dtype.c, rank, extents, &operand, out.data)
      })
    return out.recorded(.transpose, self) { _, g, _ in (g.transposed(), nil, nil) }
  }

  /// The rows of a range along the first dimension; shares the memory.
  public subscript(rows range: Range<Int>) -> Tensor {
    demand(
      shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "rows \(range) of the shape \(shape)")
    let row = count / max(shape[0], 1)
    let out = Tensor(
      storage: storage, offset: offset + range.lowerBound * row,
      shape: shape.rank == 2 ? Shape(range.count, row) : shape.replacing(0, with: range.count), dtype: dtype)
    guard requiresGrad else { return out }
    let total = shape[0]
    return out.recorded(.rows, self) { _, g, _ in
      (g.paddedRows(before: range.lowerBound, total: total), nil, nil)
    }
  }

  /// These rows inside a tensor of `total` rows, the others 0: the adjoint of taking rows.
  func paddedRows(before: Int, total: Int) -> Tensor {
    let out = Tensor.zeros(shape.replacing(0, with: total), dtype: dtype)
    let row = count / max(shape[0], 1) * dtype.size
    (out.data + before * row).copyMemory(from: data, byteCount: shape[0] * row)
    let range = before..<before + shape[0]
    return out.recorded(.padRows, self) { _, g, _ in (g[rows: range], nil, nil) }
  }
}
