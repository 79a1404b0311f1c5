import CDescent

extension Tensor {
  /// The sum of all elements, a scalar. Added up in double.
  public func sum() -> Tensor {
    let out = Tensor(uninitialized: Shape(), dtype: dtype)
    require(dsc_sum_run(nil, dtype.c, 1, count, 1, data, out.data))
    let shape = shape
    return out.recorded(.sum, self) { _, g, _ in (g.expanded(to: shape), nil, nil) }
  }

  /// The sums along a dimension, which disappears, or stays with extent 1. Negative dimensions count from the
  /// back.
  public func sum(dim: Int, keepingDimension: Bool = false) -> Tensor {
    let d = shape.dimension(dim)
    let kept = shape.replacing(d, with: 1)
    let out = Tensor(uninitialized: kept, dtype: dtype)
    let outer = shape.prefix(d).reduce(1, *)
    let inner = shape.dropFirst(d + 1).reduce(1, *)
    require(dsc_sum_run(nil, dtype.c, outer, shape[d], inner, data, out.data))
    let shape = shape
    let sums = out.recorded(.sum, self) { _, g, _ in (g.expanded(to: shape), nil, nil) }
    if keepingDimension { return sums }
    return sums.reshaped(Shape(kept.enumerated().filter { $0.offset != d }.map(\.element)))
  }

  /// The mean of all elements, a scalar; NaN of none.
  public func mean() -> Tensor { sum() / Double(count) }

  /// The means along a dimension.
  public func mean(dim: Int, keepingDimension: Bool = false) -> Tensor {
    sum(dim: dim, keepingDimension: keepingDimension) / Double(shape[shape.dimension(dim)])
  }

  /// Repeats the tensor to a shape that it broadcasts to.
  public func expanded(to target: Shape) -> Tensor {
    if target == shape { return self }
    demand(
      Shape.broadcast(shape, target, "expanded") == target, "shape \(shape) does not expand to \(target)")
    let out = Tensor(uninitialized: target, dtype: dtype)
    var operand = operand(broadcastTo: target)
    require(
      target.withExtents { rank, extents in dsc_copy_run(nil, dtype.c, rank, extents, &operand, out.data) })
    let shape = shape
    return out.recorded(.expand, self) { _, g, _ in (g.summed(to: shape), nil, nil) }
  }

  /// Sums what broadcasting repeated: the adjoint of `expanded`.
  func summed(to target: Shape) -> Tensor {
    if target == shape { return self }
    if target.elementCount == 1 { return sum().reshaped(target) }
    var result = self
    while result.shape.rank > target.rank { result = result.sum(dim: 0) }
    for d in 0..<target.rank where target[d] == 1 && result.shape[d] != 1 {
      result = result.sum(dim: d, keepingDimension: true)
    }
    return result
  }

  /// Where each row is largest, along the last dimension: int64, the first such place.
  ///
  /// - Precondition: `dim` is the last dimension, and not empty.
  public func argmax(dim: Int = -1) -> Tensor {
    let d = shape.dimension(dim)
    demand(
      d == shape.rank - 1, "argmax along dimension \(dim) of \(shape): only the last one is supported")
    let out = Tensor(uninitialized: Shape(shape.dropLast()), dtype: .int64)
    let rows = out.count
    require(
      dsc_argmax_run(dtype.c, rows, shape[d], data, out.data.assumingMemoryBound(to: Int64.self)))
    return out
  }
}
