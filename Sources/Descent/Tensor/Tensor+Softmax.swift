extension Tensor {
  /// Each row's `exp(x) / Σ exp(x)`, along the last dimension; stable.
  public func softmax() -> Tensor {
    precondition(shape.rank > 0, "softmax of a scalar")
    let largest = noGrad {
      let columns = shape[shape.rank - 1]
      let places = argmax().scalars(as: Int64.self)
      return Tensor(
        places.enumerated().map { element($0.offset * columns + Int($0.element)) },
        shape: shape.replacing(shape.rank - 1, with: 1), dtype: dtype)
    }
    let y = noGrad {
      let e = (self.detached() - largest).exp()
      return e / e.sum(dim: -1, keepingDimension: true)
    }
    let saved = y.detached()
    return y.recorded(.softmax, self) { [self] _, g, pass in
      let p = pass.createsGraph ? softmax() : saved
      return (p * (g - (g * p).sum(dim: -1, keepingDimension: true)), nil, nil)
    }
  }
}
