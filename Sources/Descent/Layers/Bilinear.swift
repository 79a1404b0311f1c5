import CDescent

/// `y_o = first W_o secondᵀ + bias_o`, as `torch.nn.Bilinear`, with its initial weights.
public final class Bilinear: Layer {
  /// [outputs, first inputs, second inputs]
  public var weight: Parameter { own[0] }
  /// [outputs]; nil without a bias.
  public var bias: Parameter? { own.count > 1 ? own[1] : nil }

  /// - Precondition: all are at least 1.
  public init(
    _ first: Int, _ second: Int, _ outputs: Int, bias: Bool = true, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "bilinear",
      [
        "in1_features": Double(first), "in2_features": Double(second), "out_features": Double(outputs),
        "bias": bias ? 1 : 0,
      ], dtype: dtype, generator: generator)
  }

  /// Of [..., first inputs] and [..., second inputs]: [..., outputs].
  public func callAsFunction(_ first: Tensor, _ second: Tensor) -> Tensor {
    call([first, second], outputs: 1)[0]!
  }
}
