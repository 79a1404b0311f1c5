import CDescent

// Functions of every element. Derivatives and edges are PyTorch's.
extension Tensor {
  /// The negative.
  public static prefix func - (x: Tensor) -> Tensor { make { dsc_negate(x.handle, $0) } }

  /// e to the power of x.
  public func exp() -> Tensor { Tensor.make { dsc_exp(handle, $0) } }
  /// e^x - 1, exact near 0.
  public func expm1() -> Tensor { Tensor.make { dsc_expm1(handle, $0) } }
  /// The natural logarithm.
  public func log() -> Tensor { Tensor.make { dsc_log(handle, $0) } }
  /// log(1 + x), exact near 0.
  public func log1p() -> Tensor { Tensor.make { dsc_log1p(handle, $0) } }
  /// The square root.
  public func sqrt() -> Tensor { Tensor.make { dsc_sqrt(handle, $0) } }
  /// 1 / √x
  public func rsqrt() -> Tensor { Tensor.make { dsc_rsqrt(handle, $0) } }
  /// 1 / x
  public func reciprocal() -> Tensor { Tensor.make { dsc_reciprocal(handle, $0) } }
  /// x²
  public func square() -> Tensor { Tensor.make { dsc_square(handle, $0) } }
  /// |x|, with derivative 0 at 0.
  public func abs() -> Tensor { Tensor.make { dsc_abs(handle, $0) } }
  /// -1, 0 or 1, with derivative 0.
  public func sign() -> Tensor { Tensor.make { dsc_sign(handle, $0) } }

  /// The largest whole number that is not larger; with derivative 0, as all roundings.
  public func floor() -> Tensor { Tensor.make { dsc_floor(handle, $0) } }
  /// The smallest whole number that is not smaller.
  public func ceil() -> Tensor { Tensor.make { dsc_ceil(handle, $0) } }
  /// The nearest whole number, of two the even one.
  public func round() -> Tensor { Tensor.make { dsc_round(handle, $0) } }
  /// x without its fraction.
  public func trunc() -> Tensor { Tensor.make { dsc_trunc(handle, $0) } }
  /// x, raised to `low` or lowered to `high`; the derivative is 1 at both ends, as `torch.clamp`'s. nil: no limit.
  public func clamped(_ low: Double? = nil, _ high: Double? = nil) -> Tensor {
    Tensor.make { dsc_clamp(handle, low ?? -.infinity, high ?? .infinity, $0) }
  }

  /// The sine of radians.
  public func sin() -> Tensor { Tensor.make { dsc_sin(handle, $0) } }
  /// The cosine of radians.
  public func cos() -> Tensor { Tensor.make { dsc_cos(handle, $0) } }
  /// The tangent of radians.
  public func tan() -> Tensor { Tensor.make { dsc_tan(handle, $0) } }
  /// The arcsine, in radians.
  public func asin() -> Tensor { Tensor.make { dsc_asin(handle, $0) } }
  /// The arccosine, in radians.
  public func acos() -> Tensor { Tensor.make { dsc_acos(handle, $0) } }
  /// The arctangent, in radians within ±π/2.
  public func atan() -> Tensor { Tensor.make { dsc_atan(handle, $0) } }
  /// The hyperbolic sine.
  public func sinh() -> Tensor { Tensor.make { dsc_sinh(handle, $0) } }
  /// The hyperbolic cosine.
  public func cosh() -> Tensor { Tensor.make { dsc_cosh(handle, $0) } }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { Tensor.make { dsc_tanh(handle, $0) } }
  /// The error function, 2 / √π ∫₀ˣ e^(-t²) dt.
  public func erf() -> Tensor { Tensor.make { dsc_erf(handle, $0) } }

  /// max(x, 0), with derivative 0 at 0.
  public func relu() -> Tensor { Tensor.make { dsc_relu(handle, $0) } }
  /// 1 / (1 + e^-x), without overflow.
  public func sigmoid() -> Tensor { Tensor.make { dsc_sigmoid(handle, $0) } }
  /// The logarithm of `sigmoid()`, without overflow.
  public func logSigmoid() -> Tensor { Tensor.make { dsc_log_sigmoid(handle, $0) } }
}

// Along a dimension.
extension Tensor {
  /// e^x / Σ e^x along a dimension, the last if none is named; stable. As `torch.softmax`.
  public func softmax(dim: Int = -1) -> Tensor { Tensor.make { dsc_softmax(handle, Int64(dim), $0) } }

  /// The logarithm of `softmax(dim:)`, stable. As `torch.log_softmax`.
  public func logSoftmax(dim: Int = -1) -> Tensor { Tensor.make { dsc_log_softmax(handle, Int64(dim), $0) } }

  /// The sums of all elements up to each along a dimension.
  public func cumulativeSum(dim: Int) -> Tensor { Tensor.make { dsc_cumsum(handle, Int64(dim), $0) } }
}
