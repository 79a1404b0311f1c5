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
  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them. `isCausal`: a
  /// position sees none after it, unless a call says otherwise.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, isCausal: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "transformer_encoder_layer",
      shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
        .merging(["is_causal": isCausal ? 1 : 0]) { $1 },
      dtype: dtype, generator: generator)
  }

  /// The output under masks, which are as `MultiheadAttention`'s.
  ///
  /// - Parameter isCausal: whether a position sees none after it; nil: as the layer was made.
  public func callAsFunction(
    _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
  ) -> Tensor {
    call(
      [source, mask, keyPaddingMask], outputs: 1, options: ["is_causal": isCausal.map { $0 ? 1 : 0 }])[0]!
  }
}

/// Layers of an encoder, one after the other: as `torch.nn.TransformerEncoder`. All begin with the same numbers.
public final class TransformerEncoder: Layer {
  /// `layers` layers as `TransformerEncoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, isCausal: Bool = false,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    var options = shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
    options["is_causal"] = isCausal ? 1 : 0
    options["num_layers"] = Double(layers)
    options["norm"] = norm ? 1 : 0
    super.init("transformer_encoder", options, dtype: dtype, generator: generator)
  }

  /// The output under masks, which are as `MultiheadAttention`'s.
  ///
  /// - Parameter isCausal: whether a position sees none after it; nil: as the layer was made.
  public func callAsFunction(
    _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
  ) -> Tensor {
    call(
      [source, mask, keyPaddingMask], outputs: 1, options: ["is_causal": isCausal.map { $0 ? 1 : 0 }])[0]!
  }
}

/// Self-attention, attention to a memory, and two linear layers, each added to what it was given, with layer norms: as
/// `torch.nn.TransformerDecoderLayer`. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class TransformerDecoderLayer: Layer {
  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them. `isCausal`: a
  /// position sees none after it, `memoryIsCausal`: nothing of the memory after its own place, unless a call says otherwise.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, isCausal: Bool = false, memoryIsCausal: Bool = false,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "transformer_decoder_layer",
      shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
        .merging(["tgt_is_causal": isCausal ? 1 : 0, "memory_is_causal": memoryIsCausal ? 1 : 0]) { $1 },
      dtype: dtype, generator: generator)
  }

  /// The output for a memory, which an encoder made, under masks, which are as `MultiheadAttention`'s.
  ///
  /// - Parameters:
  ///   - isCausal: whether a position sees none after it; nil: as the layer was made.
  ///   - memoryIsCausal: whether it sees nothing of the memory after its own place; nil: as the layer was made.
  public func callAsFunction(
    _ target: Tensor, memory: Tensor, mask: Tensor? = nil, memoryMask: Tensor? = nil,
    keyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, isCausal: Bool? = nil,
    memoryIsCausal: Bool? = nil
  ) -> Tensor {
    call(
      [target, memory, mask, memoryMask, keyPaddingMask, memoryKeyPaddingMask], outputs: 1,
      options: [
        "tgt_is_causal": isCausal.map { $0 ? 1 : 0 }, "memory_is_causal": memoryIsCausal.map { $0 ? 1 : 0 },
      ])[0]!
  }
}

/// Layers of a decoder, one after the other: as `torch.nn.TransformerDecoder`. All begin with the same numbers.
public final class TransformerDecoder: Layer {
  /// `layers` layers as `TransformerDecoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, isCausal: Bool = false,
    memoryIsCausal: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    var options = shared(width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias)
    options["tgt_is_causal"] = isCausal ? 1 : 0
    options["memory_is_causal"] = memoryIsCausal ? 1 : 0
    options["num_layers"] = Double(layers)
    options["norm"] = norm ? 1 : 0
    super.init("transformer_decoder", options, dtype: dtype, generator: generator)
  }

  /// The output for a memory, which an encoder made, under masks, which are as `MultiheadAttention`'s.
  ///
  /// - Parameters:
  ///   - isCausal: whether a position sees none after it; nil: as the layer was made.
  ///   - memoryIsCausal: whether it sees nothing of the memory after its own place; nil: as the layer was made.
  public func callAsFunction(
    _ target: Tensor, memory: Tensor, mask: Tensor? = nil, memoryMask: Tensor? = nil,
    keyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, isCausal: Bool? = nil,
    memoryIsCausal: Bool? = nil
  ) -> Tensor {
    call(
      [target, memory, mask, memoryMask, keyPaddingMask, memoryKeyPaddingMask], outputs: 1,
      options: [
        "tgt_is_causal": isCausal.map { $0 ? 1 : 0 }, "memory_is_causal": memoryIsCausal.map { $0 ? 1 : 0 },
      ])[0]!
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
