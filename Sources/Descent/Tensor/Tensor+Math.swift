import CDescent

// Elementwise functions.
extension Tensor {
  /// The negative.
  public static prefix func - (x: Tensor) -> Tensor {
    unary(DSC_NEGATE, x).recorded(.negate, x) { _, g, _ in (-g, nil, nil) }
  }

  /// e to the power of every element.
  public func exp() -> Tensor {
    let y = Tensor.unary(DSC_EXP, self)
    let saved = y.detached()
    return y.recorded(.exp, self) { [self] _, g, pass in
      (g * (pass.createsGraph ? exp() : saved), nil, nil)
    }
  }

  /// The natural logarithm of every element.
  public func log() -> Tensor {
    Tensor.unary(DSC_LOG, self).recorded(.log, self) { [self] _, g, _ in (g / self, nil, nil) }
  }

  /// The square root of every element.
  public func sqrt() -> Tensor {
    let y = Tensor.unary(DSC_SQRT, self)
    let saved = y.detached()
    return y.recorded(.sqrt, self) { [self] _, g, pass in
      (g / ((pass.createsGraph ? sqrt() : saved) * 2), nil, nil)
    }
  }

  /// The absolute value of every element. Its derivative at 0 is 0, as in PyTorch.
  public func abs() -> Tensor {
    Tensor.unary(DSC_ABS, self).recorded(.abs, self) { [self] _, g, _ in
      (g * Tensor.unary(DSC_SIGN, self), nil, nil)
    }
  }

  /// The hyperbolic tangent of every element.
  public func tanh() -> Tensor {
    let y = Tensor.unary(DSC_TANH, self)
    let saved = y.detached()
    return y.recorded(.tanh, self) { [self] _, g, pass in
      let t = pass.createsGraph ? tanh() : saved
      return (g * (1 - t * t), nil, nil)
    }
  }

  /// `1 / (1 + e^-x)` for every element, without overflow.
  public func sigmoid() -> Tensor {
    let y = Tensor.unary(DSC_SIGMOID, self)
    let saved = y.detached()
    return y.recorded(.sigmoid, self) { [self] _, g, pass in
      let s = pass.createsGraph ? sigmoid() : saved
      return (g * s * (1 - s), nil, nil)
    }
  }

  /// The logarithm of `sigmoid()`, without overflow.
  public func logSigmoid() -> Tensor {
    Tensor.unary(DSC_LOG_SIGMOID, self).recorded(.logSigmoid, self) { [self] _, g, _ in
      (g * (-self).sigmoid(), nil, nil)
    }
  }

  /// The sine of every element, in radians.
  public func sin() -> Tensor {
    Tensor.unary(DSC_SIN, self).recorded(.sin, self) { [self] _, g, _ in (g * cos(), nil, nil) }
  }

  /// The cosine of every element, in radians.
  public func cos() -> Tensor {
    Tensor.unary(DSC_COS, self).recorded(.cos, self) { [self] _, g, _ in (-(g * sin()), nil, nil) }
  }

  /// The arctangent of every element, in radians within ±π/2.
  public func atan() -> Tensor {
    Tensor.unary(DSC_ATAN, self).recorded(.atan, self) { [self] _, g, _ in
      (g / (self * self + 1), nil, nil)
    }
  }

  /// `max(x, 0)` for every element. Its derivative at 0 is 0, as in PyTorch.
  public func relu() -> Tensor {
    let y = Tensor(uninitialized: shape, dtype: dtype)
    require(dsc_relu_forward(nil, dtype.c, count, data, y.data))
    return y.recorded(.relu, self) { [self] _, g, pass in
      if pass.createsGraph { return (g.masked(by: Tensor.unary(DSC_STEP, self)), nil, nil) }
      let dx = Tensor(uninitialized: shape, dtype: dtype)
      require(dsc_relu_backward(nil, dtype.c, count, data, g.data, dx.data))
      return (dx, nil, nil)
    }
  }
}
