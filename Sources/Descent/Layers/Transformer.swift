import CDescent

/// The function between a transformer's linear layers.
public enum TransformerActivation: Int, Sendable {
  /// max(x, 0)
  case relu
  /// x times the share of a standard normal distribution below x
  case gelu
}

/// The options that transformers' layers and stacks share.
private func shared(
  _ width: Int, _ heads: Int, _ feedforward: Int, _ dropout: Double, _ activation: TransformerActivation,
  _ eps: Double, _ batchFirst: Bool, _ normFirst: Bool, _ bias: Bool
) -> [String: Double] {
  [
    "d_model": Double(width), "nhead": Double(heads), "dim_feedforward": Double(feedforward),
    "dropout": dropout, "activation": Double(activation.rawValue), "layer_norm_eps": eps,
    "batch_first": batchFirst ? 1 : 0, "norm_first": normFirst ? 1 : 0, "bias": bias ? 1 : 0,
  ]
}

/// Self-attention and two linear layers, each added to what it was given, with layer norms: as
/// `torch.nn.TransformerEncoderLayer`. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class TransformerEncoderLayer: Layer {
  /// Whether a query sees no key after its own place.
  public var isCausal = false { didSet { set("is_causal", isCausal ? 1 : 0) } }

  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "transformer_encoder_layer",
      shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias),
      dtype: dtype, generator: generator)
  }

  /// The output under masks, which are as `MultiheadAttention`'s.
  public func callAsFunction(
    _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil
  ) -> Tensor {
    call([source, mask, keyPaddingMask], outputs: 1)[0]!
  }
}

/// Layers of an encoder, one after the other: as `torch.nn.TransformerEncoder`. All begin with the same numbers.
public final class TransformerEncoder: Layer {
  /// Whether a query sees no key after its own place.
  public var isCausal = false { didSet { set("is_causal", isCausal ? 1 : 0) } }

  /// `layers` layers as `TransformerEncoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    var options = shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
    options["num_layers"] = Double(layers)
    options["norm"] = norm ? 1 : 0
    super.init("transformer_encoder", options, dtype: dtype, generator: generator)
  }

  /// The output under masks, which are as `MultiheadAttention`'s.
  public func callAsFunction(
    _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil
  ) -> Tensor {
    call([source, mask, keyPaddingMask], outputs: 1)[0]!
  }
}

/// Self-attention, attention to a memory, and two linear layers, each added to what it was given, with layer norms: as
/// `torch.nn.TransformerDecoderLayer`. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class TransformerDecoderLayer: Layer {
  /// Whether a query sees no key after its own place.
  public var isCausal = false { didSet { set("tgt_is_causal", isCausal ? 1 : 0) } }
  /// Whether it sees nothing of the memory after its own place.
  public var memoryIsCausal = false { didSet { set("memory_is_causal", memoryIsCausal ? 1 : 0) } }

  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "transformer_decoder_layer",
      shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias),
      dtype: dtype, generator: generator)
  }

  /// The output for a memory, which an encoder made, under masks, which are as `MultiheadAttention`'s.
  public func callAsFunction(
    _ target: Tensor, _ memory: Tensor, mask: Tensor? = nil, memoryMask: Tensor? = nil,
    keyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil
  ) -> Tensor {
    call([target, memory, mask, memoryMask, keyPaddingMask, memoryKeyPaddingMask], outputs: 1)[0]!
  }
}

/// Layers of a decoder, one after the other: as `torch.nn.TransformerDecoder`. All begin with the same numbers.
public final class TransformerDecoder: Layer {
  /// Whether a query sees no key after its own place.
  public var isCausal = false { didSet { set("tgt_is_causal", isCausal ? 1 : 0) } }
  /// Whether it sees nothing of the memory after its own place.
  public var memoryIsCausal = false { didSet { set("memory_is_causal", memoryIsCausal ? 1 : 0) } }

  /// `layers` layers as `TransformerDecoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    var options = shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
    options["num_layers"] = Double(layers)
    options["norm"] = norm ? 1 : 0
    super.init("transformer_decoder", options, dtype: dtype, generator: generator)
  }

  /// The output for a memory, which an encoder made, under masks, which are as `MultiheadAttention`'s.
  public func callAsFunction(
    _ target: Tensor, _ memory: Tensor, mask: Tensor? = nil, memoryMask: Tensor? = nil,
    keyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil
  ) -> Tensor {
    call([target, memory, mask, memoryMask, keyPaddingMask, memoryKeyPaddingMask], outputs: 1)[0]!
  }
}

/// `x` and sines and cosines of its positions, of wavelengths from 2π to 20000π, as in Vaswani et al. 2017, arXiv:1706.03762,
/// and in PyTorch's tutorial on language models. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class PositionalEncoding: Layer {
  /// The encodings: [maxLength, 1, width].
  public var encodings: Buffer { buffers[0] }

  /// Encodings of positions 0 to `maxLength` - 1, with a dropout behind.
  public init(
    _ width: Int, dropout: Double = 0.1, maxLength: Int = 5000, batchFirst: Bool = false,
    dtype: DType = .float32
  ) {
    super.init(
      "positional_encoding",
      [
        "d_model": Double(width), "dropout": dropout, "max_len": Double(maxLength),
        "batch_first": batchFirst ? 1 : 0,
      ], dtype: dtype)
  }
}
