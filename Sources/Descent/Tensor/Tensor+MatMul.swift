import CDescent

extension Tensor {
  /// The matrix product of `self`, m x k, and `other`, k x n.
  ///
  /// - Precondition: two matrices whose inner extents agree.
  public func matmul(_ other: Tensor) -> Tensor {
    Tensor.product(self, false, other, false)
  }

  /// op(a) op(b), where op transposes if the flag is set: no transpose is ever copied.
  static func product(_ a: Tensor, _ transposeA: Bool, _ b: Tensor, _ transposeB: Bool) -> Tensor {
    demand(
      a.shape.rank == 2 && b.shape.rank == 2 && a.dtype == b.dtype,
      "matmul of \(a.dtype.rawValue) \(a.shape) and \(b.dtype.rawValue) \(b.shape)")
    let m = a.shape[transposeA ? 1 : 0]
    let k = a.shape[transposeA ? 0 : 1]
    let n = b.shape[transposeB ? 0 : 1]
    demand(
      k == b.shape[transposeB ? 1 : 0], "matmul: inner extents of \(a.shape) and \(b.shape) differ")
    let out = Tensor(uninitialized: Shape(m, n), dtype: a.dtype)
    require(dsc_gemm(nil, a.dtype.c, transposeA, transposeB, m, n, k, 1, a.data, b.data, 0, out.data))
    return out.recorded(.matmul, a, b) { _, g, _ in
      var da: Tensor?
      var db: Tensor?
      if a.requiresGrad {
        da = transposeA ? product(b, transposeB, g, true) : product(g, false, b, !transposeB)
      }
      if b.requiresGrad {
        db = transposeB ? product(g, true, a, transposeA) : product(a, !transposeA, g, false)
      }
      return (da, db, nil)
    }
  }
}
