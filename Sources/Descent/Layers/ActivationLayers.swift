/// `max(x, 0)`, as `torch.nn.ReLU`. Any shape, kept.
public final class ReLU: Layer {
  /// The layer.
  public init() { super.init("relu") }
}

/// `1 / (1 + e^-x)`, as `torch.nn.Sigmoid`. Any shape, kept.
public final class Sigmoid: Layer {
  /// The layer.
  public init() { super.init("sigmoid") }
}

/// The logarithm of the sigmoid, stable, as `torch.nn.LogSigmoid`. Any shape, kept.
public final class LogSigmoid: Layer {
  /// The layer.
  public init() { super.init("log_sigmoid") }
}

/// The hyperbolic tangent, as `torch.nn.Tanh`. Any shape, kept.
public final class Tanh: Layer {
  /// The layer.
  public init() { super.init("tanh") }
}

/// `e^x / Σ e^x` along a dimension, as `torch.nn.Softmax`. Any shape, kept.
public final class Softmax: Layer {
  /// Along the last dimension unless another is named; negative ones count from the back.
  public init(dim: Int = -1) { super.init("softmax", ["dim": Double(dim)]) }
}

/// The logarithm of the softmax, stable, as `torch.nn.LogSoftmax`. Any shape, kept.
public final class LogSoftmax: Layer {
  /// Along the last dimension unless another is named; negative ones count from the back.
  public init(dim: Int = -1) { super.init("log_softmax", ["dim": Double(dim)]) }
}

/// The softmax of -x, as `torch.nn.Softmin`. Any shape, kept.
public final class Softmin: Layer {
  /// Along the last dimension unless another is named; negative ones count from the back.
  public init(dim: Int = -1) { super.init("softmin", ["dim": Double(dim)]) }
}

/// The first half of a dimension times the sigmoid of the second, as `torch.nn.GLU`: [..., 2n, ...] to [..., n, ...].
public final class GLU: Layer {
  /// Along the last dimension unless another is named; negative ones count from the back.
  public init(dim: Int = -1) { super.init("glu", ["dim": Double(dim)]) }
}

/// Dimensions made one, as `torch.nn.Flatten`: all but the first, [batch, d1, d2, ...] to [batch, d1 * d2 * ...], unless
/// others are named.
public final class Flatten: Layer {
  /// From one dimension to another; negative ones count from the back.
  public init(from start: Int = 1, to end: Int = -1) {
    super.init("flatten", ["start_dim": Double(start), "end_dim": Double(end)])
  }
}
