import CDescent

extension Tensor {
  /// `exp(x) / Σ exp(x)` along a dimension, the last if none is named; stable. As `torch.softmax`.
  public func softmax(dim: Int = -1) -> Tensor {
    let y = softmaxKernel(dim, logarithm: false)
    let saved = y.detached()
    return y.recorded(.softmax, self) { [self] _, g, pass in
      let p = pass.createsGraph ? softmax(dim: dim) : saved
      return (p * (g - (g * p).sum(dim: dim, keepingDimension: true)), nil, nil)
    }
  }

  /// The logarithm of `softmax(dim:)`, stable. As `torch.log_softmax`.
  public func logSoftmax(dim: Int = -1) -> Tensor {
    softmaxKernel(dim, logarithm: true).recorded(.logSoftmax, self) { [self] _, g, _ in
      (g - softmax(dim: dim) * g.sum(dim: dim, keepingDimension: true), nil, nil)
    }
  }

  private func softmaxKernel(_ dim: Int, logarithm: Bool) -> Tensor {
    demand(shape.rank > 0, "softmax of a scalar")
    let d = shape.dimension(dim)
    let out = Tensor(uninitialized: shape, dtype: dtype)
    require(
      dsc_softmax_run(
        nil, dtype.c, shape.prefix(d).reduce(1, *), shape[d], shape.dropFirst(d + 1).reduce(1, *), logarithm,
        data, out.data))
    return out
  }
}
