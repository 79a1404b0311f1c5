import CDescent

// Activations, element by element. Where a function has a kink its derivative is PyTorch's there.
extension Tensor {
  /// x where x > 0, else `slope` x. As `torch.nn.functional.leaky_relu`, and so on.
  public func leakyReLU(slope: Double = 0.01) -> Tensor { Tensor.make { dsc_leaky_relu(handle, slope, $0) } }
  /// The same with slopes that are learned: one, or one for each channel, dimension 1.
  public func prelu(_ weight: Tensor) -> Tensor { Tensor.make { dsc_prelu(handle, weight.handle, $0) } }
  /// The same with slopes drawn from `lower` to `upper` in training; in evaluation the middle.
  public func rrelu(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, isTraining: Bool = false) -> Tensor {
    Tensor.make { dsc_rrelu(handle, lower, upper, isTraining, $0) }
  }
  /// min(max(x, 0), 6)
  public func relu6() -> Tensor { Tensor.make { dsc_relu6(handle, $0) } }
  /// x where x > 0, else `alpha` (e^x - 1).
  public func elu(alpha: Double = 1) -> Tensor { Tensor.make { dsc_elu(handle, alpha, 1, 1, $0) } }
  /// x where x > 0, else `alpha` (e^(x / `alpha`) - 1).
  ///
  /// - Precondition: `alpha` is not 0.
  public func celu(alpha: Double = 1) -> Tensor { Tensor.make { dsc_celu(handle, alpha, $0) } }
  /// `elu` with the numbers that keep mean 0 and variance 1.
  public func selu() -> Tensor { Tensor.make { dsc_selu(handle, $0) } }
  /// x P(X ≤ x), X being normal; `approximate`: with a tanh in place of that.
  public func gelu(approximate: Bool = false) -> Tensor { Tensor.make { dsc_gelu(handle, approximate, $0) } }
  /// x / (1 + e^-x)
  public func silu() -> Tensor { Tensor.make { dsc_silu(handle, $0) } }
  /// x tanh(log(1 + e^x))
  public func mish() -> Tensor { Tensor.make { dsc_mish(handle, $0) } }
  /// log(1 + e^(`beta` x)) / `beta`, x where `beta` x is above the threshold; without overflow.
  public func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor {
    Tensor.make { dsc_softplus(handle, beta, threshold, $0) }
  }
  /// x / (1 + |x|)
  public func softsign() -> Tensor { Tensor.make { dsc_softsign(handle, $0) } }
  /// x - tanh x
  public func tanhshrink() -> Tensor { Tensor.make { dsc_tanhshrink(handle, $0) } }
  /// x nearer to 0 by `lambda`, at most 0.
  ///
  /// - Precondition: `lambda` is at least 0.
  public func softshrink(_ lambda: Double = 0.5) -> Tensor {
    Tensor.make { dsc_softshrink(handle, lambda, $0) }
  }
  /// x where |x| > `lambda`, else 0.
  public func hardshrink(_ lambda: Double = 0.5) -> Tensor {
    Tensor.make { dsc_hardshrink(handle, lambda, $0) }
  }
  /// x, raised to `low` or lowered to `high`, with derivative 0 at both; `clamped(_:_:)` has 1 there.
  ///
  /// - Precondition: `low` is not above `high`.
  public func hardtanh(_ low: Double = -1, _ high: Double = 1) -> Tensor {
    Tensor.make { dsc_hardtanh(handle, low, high, $0) }
  }
  /// min(max(x + 3, 0), 6) / 6
  public func hardsigmoid() -> Tensor { Tensor.make { dsc_hardsigmoid(handle, $0) } }
  /// x min(max(x + 3, 0), 6) / 6
  public func hardswish() -> Tensor { Tensor.make { dsc_hardswish(handle, $0) } }
  /// x where it is above a threshold, else a value.
  public func threshold(_ threshold: Double, _ value: Double) -> Tensor {
    Tensor.make { dsc_threshold(handle, threshold, value, $0) }
  }
}

// Along a dimension.
extension Tensor {
  /// `softmax(dim:)` of the negative.
  public func softmin(dim: Int = -1) -> Tensor { Tensor.make { dsc_softmin(handle, Int64(dim), $0) } }

  /// The first half times the sigmoid of the second. As `torch.nn.functional.glu`.
  ///
  /// - Precondition: the dimension's extent is even.
  public func glu(dim: Int = -1) -> Tensor { Tensor.make { dsc_glu(handle, Int64(dim), $0) } }
}

// Dropout, as in training. What falls away depends on `manualSeed`, on the calls before, and on the number's place: not on
// threads.
extension Tensor {
  /// 0 with probability `p`, else x / (1 - p). As `torch.nn.functional.dropout`.
  ///
  /// - Precondition: `p` is from 0 to 1.
  public func dropout(p: Double = 0.5) -> Tensor { Tensor.make { dsc_dropout(handle, p, $0) } }
  /// The same for whole channels of [N, C, ...].
  public func featureDropout(p: Double = 0.5) -> Tensor { Tensor.make { dsc_feature_dropout(handle, p, $0) } }
  /// What falls away becomes the lowest that `selu()` gives; mean 0 and variance 1 stay.
  public func alphaDropout(p: Double = 0.5) -> Tensor { Tensor.make { dsc_alpha_dropout(handle, p, $0) } }
  /// The same for whole channels of [N, C, ...].
  public func featureAlphaDropout(p: Double = 0.5) -> Tensor {
    Tensor.make { dsc_feature_alpha_dropout(handle, p, $0) }
  }
}
