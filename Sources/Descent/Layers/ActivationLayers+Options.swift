/// min(max(x, 0), 6), as `torch.nn.ReLU6`. Any shape, kept.
public final class ReLU6: Layer {
  /// The layer.
  public init() { super.init("relu6") }
}

/// `ELU` with the numbers that keep mean 0 and variance 1, as `torch.nn.SELU`. Any shape, kept.
public final class SELU: Layer {
  /// The layer.
  public init() { super.init("selu") }
}

/// x / (1 + e^-x), as `torch.nn.SiLU`. Any shape, kept.
public final class SiLU: Layer {
  /// The layer.
  public init() { super.init("silu") }
}

/// x tanh(log(1 + e^x)), as `torch.nn.Mish`. Any shape, kept.
public final class Mish: Layer {
  /// The layer.
  public init() { super.init("mish") }
}

/// x / (1 + |x|), as `torch.nn.Softsign`. Any shape, kept.
public final class Softsign: Layer {
  /// The layer.
  public init() { super.init("softsign") }
}

/// x - tanh x, as `torch.nn.Tanhshrink`. Any shape, kept.
public final class Tanhshrink: Layer {
  /// The layer.
  public init() { super.init("tanhshrink") }
}

/// min(max(x + 3, 0), 6) / 6, as `torch.nn.Hardsigmoid`. Any shape, kept.
public final class Hardsigmoid: Layer {
  /// The layer.
  public init() { super.init("hardsigmoid") }
}

/// x min(max(x + 3, 0), 6) / 6, as `torch.nn.Hardswish`. Any shape, kept.
public final class Hardswish: Layer {
  /// The layer.
  public init() { super.init("hardswish") }
}

/// x where x > 0, else `negativeSlope` x, as `torch.nn.LeakyReLU`. Any shape, kept.
public final class LeakyReLU: Layer {
  /// The layer, with a slope.
  public init(negativeSlope: Double = 0.01) { super.init("leaky_relu", ["negative_slope": negativeSlope]) }
}

/// x where x > 0, else `weight` x, as `torch.nn.PReLU`: one slope, or one for each channel of [N, C, ...].
public final class PReLU: Layer {
  /// [count]
  public var weight: Parameter { own[0] }

  /// So many slopes, all with the same initial number.
  ///
  /// - Precondition: `count` is at least 1.
  public init(_ count: Int = 1, initial: Double = 0.25, dtype: DType = .float32) {
    super.init("prelu", ["num_parameters": Double(count), "init": initial], dtype: dtype)
  }
}

/// x where x > 0, else r x, as `torch.nn.RReLU`: r is drawn from `lower` to `upper` in training, and their middle in
/// evaluation. Any shape, kept.
public final class RReLU: Layer {
  /// The layer, with the ends of the slopes.
  public init(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3) {
    super.init("rrelu", ["lower": lower, "upper": upper])
  }
}

/// x where x > 0, else `alpha` (e^x - 1), as `torch.nn.ELU`. Any shape, kept.
public final class ELU: Layer {
  /// The layer; -`alpha` is what large negative numbers tend to.
  public init(alpha: Double = 1) { super.init("elu", ["alpha": alpha]) }
}

/// x where x > 0, else `alpha` (e^(x / `alpha`) - 1), as `torch.nn.CELU`. Any shape, kept.
public final class CELU: Layer {
  /// The layer; -`alpha` is what large negative numbers tend to.
  public init(alpha: Double = 1) { super.init("celu", ["alpha": alpha]) }
}

/// x P(X ≤ x), X being normal, as `torch.nn.GELU`. Any shape, kept.
public final class GELU: Layer {
  /// The layer; `approximate`: with a tanh in place of that, as PyTorch's `approximate="tanh"`.
  public init(approximate: Bool = false) { super.init("gelu", ["approximate": approximate ? 1 : 0]) }
}

/// log(1 + e^(`beta` x)) / `beta`, without overflow, as `torch.nn.Softplus`; x where `beta` x > `threshold`. Any shape, kept.
public final class Softplus: Layer {
  /// The layer; `beta` says how sharply it turns.
  public init(beta: Double = 1, threshold: Double = 20) {
    super.init("softplus", ["beta": beta, "threshold": threshold])
  }
}

/// x nearer to 0 by `lambda`, at most 0, as `torch.nn.Softshrink`. Any shape, kept.
public final class Softshrink: Layer {
  /// - Precondition: `lambda` is at least 0.
  public init(_ lambda: Double = 0.5) { super.init("softshrink", ["lambd": lambda]) }
}

/// x where |x| > `lambda`, else 0, as `torch.nn.Hardshrink`. Any shape, kept.
public final class Hardshrink: Layer {
  /// The layer, with how far from 0 it zeroes.
  public init(_ lambda: Double = 0.5) { super.init("hardshrink", ["lambd": lambda]) }
}

/// min(max(x, `low`), `high`), as `torch.nn.Hardtanh`. Any shape, kept.
public final class Hardtanh: Layer {
  /// The layer, with its limits.
  public init(_ low: Double = -1, _ high: Double = 1) {
    super.init("hardtanh", ["min_val": low, "max_val": high])
  }
}

/// x where it is above a threshold, else a value, as `torch.nn.Threshold`. Any shape, kept.
public final class Threshold: Layer {
  /// The layer.
  public init(_ threshold: Double, value: Double) {
    super.init("threshold", ["threshold": threshold, "value": value])
  }
}
