import CDescent

/// `y = x weightᵀ + bias`, as `torch.nn.Linear`, with its initial weights: the same seed gives the same ones.
public final class Linear: Layer {
  /// [outputs, inputs]
  public var weight: Parameter { own[0] }
  /// [outputs]; nil without a bias.
  public var bias: Parameter? { own.count > 1 ? own[1] : nil }

  /// A layer with weights and biases drawn from U(-1/√inputs, 1/√inputs), PyTorch's default: weights first.
  ///
  /// - Precondition: `inputs` and `outputs` are at least 1.
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "linear", ["in_features": Double(inputs), "out_features": Double(outputs), "bias": bias ? 1 : 0],
      dtype: dtype, generator: generator)
  }
}

/// A function that a linear layer or a convolution applies to its output while that is in cache.
public enum Activation: Sendable {
  /// None.
  case identity
  /// max(x, 0)
  case relu
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  /// The hyperbolic tangent.
  case tanh

  var c: dsc_activation {
    switch self {
    case .identity: DSC_ACTIVATION_NONE
    case .relu: DSC_ACTIVATION_RELU
    case .sigmoid: DSC_ACTIVATION_SIGMOID
    case .tanh: DSC_ACTIVATION_TANH
    }
  }
}

/// `activation(x weightᵀ + bias)`, as `torch.nn.functional.linear`, in one kernel each way.
///
/// - Parameters:
///   - x: [..., inputs]
///   - weight: [outputs, inputs]
///   - bias: [outputs]
/// - Returns: [..., outputs]
public func linear(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, activation: Activation = .identity
) -> Tensor {
  Tensor.make { dsc_linear(x.handle, weight.handle, bias?.handle, activation.c, $0) }
}
