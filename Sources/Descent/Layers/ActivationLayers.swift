/// `1 / (1 + e^-x)`, as `torch.nn.Sigmoid`.
public final class Sigmoid: Module {
  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.sigmoid() }
}

/// The logarithm of the sigmoid, stable, as `torch.nn.LogSigmoid`.
public final class LogSigmoid: Module {
  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.logSigmoid() }
}

/// The hyperbolic tangent, as `torch.nn.Tanh`.
public final class Tanh: Module {
  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.tanh() }
}

/// `exp(x) / Σ exp(x)` along a dimension, as `torch.nn.Softmax`.
public final class Softmax: Module {
  /// The dimension; negative ones count from the back.
  public let dim: Int

  /// Along the last dimension unless another is named.
  public init(dim: Int = -1) { self.dim = dim }

  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.softmax(dim: dim) }
}

/// The logarithm of the softmax, stable, as `torch.nn.LogSoftmax`.
public final class LogSoftmax: Module {
  /// The dimension; negative ones count from the back.
  public let dim: Int

  /// Along the last dimension unless another is named.
  public init(dim: Int = -1) { self.dim = dim }

  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.logSoftmax(dim: dim) }
}
