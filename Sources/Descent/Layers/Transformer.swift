import CDescent

/// What a transformer's layers, and stacks of them, have in common.
public class TransformerBlock: Layer {
  /// The function between the linear layers.
  public enum Activation: Int, Sendable {
    /// max(x, 0)
    case relu
    /// x times the share of a standard normal distribution below x
    case gelu
  }

  /// The share that falls away in training: of attention's weights, between the linear layers, and of what is added.
  ///
  /// - Precondition: it is from 0 to 1.
  public var dropout: Double { didSet { set("dropout", dropout) } }

  fileprivate init(
    _ name: String, _ width: Int, _ heads: Int, _ feedforward: Int, _ dropout: Double,
    _ activation: Activation, _ eps: Double, _ batchFirst: Bool, _ normFirst: Bool, _ bias: Bool,
    _ more: [String: Double], _ dtype: DType, _ generator: Generator
  ) {
    self.dropout = dropout
    let shared: [String: Double] = [
      "d_model": Double(width), "nhead": Double(heads), "dim_feedforward": Double(feedforward),
      "dropout": dropout, "activation": Double(activation.rawValue), "layer_norm_eps": eps,
      "batch_first": batchFirst ? 1 : 0, "norm_first": normFirst ? 1 : 0, "bias": bias ? 1 : 0,
    ]
    super.init(name, shared.merging(more) { $1 }, dtype: dtype, generator: generator)
  }
}

/// What is called as a transformer's encoder.
public class EncoderBlock: TransformerBlock {
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

/// What is called as a transformer's decoder.
public class DecoderBlock: TransformerBlock {
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

/// Self-attention and two linear layers, each added to what it was given, with layer norms: as
/// `torch.nn.TransformerEncoderLayer`. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class TransformerEncoderLayer: EncoderBlock {
  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them. `isCausal`: a
  /// position sees none after it, unless a call says otherwise.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, isCausal: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "transformer_encoder_layer", width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst,
      bias,
      ["is_causal": isCausal ? 1 : 0], dtype, generator)
  }
}

/// Layers of an encoder, one after the other: as `torch.nn.TransformerEncoder`. All begin with the same numbers.
public final class TransformerEncoder: EncoderBlock {
  /// `layers` layers as `TransformerEncoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, isCausal: Bool = false,
    dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "transformer_encoder", width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias,
      ["is_causal": isCausal ? 1 : 0, "num_layers": Double(layers), "norm": norm ? 1 : 0], dtype, generator)
  }
}

/// Self-attention, attention to a memory, and two linear layers, each added to what it was given, with layer norms: as
/// `torch.nn.TransformerDecoderLayer`. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class TransformerDecoderLayer: DecoderBlock {
  /// A layer with PyTorch's defaults. `normFirst`: inputs of the blocks are normalized, not sums behind them. `isCausal`: a
  /// position sees none after it, `memoryIsCausal`: nothing of the memory after its own place, unless a call says otherwise.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, isCausal: Bool = false, memoryIsCausal: Bool = false,
    dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "transformer_decoder_layer", width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst,
      bias,
      ["tgt_is_causal": isCausal ? 1 : 0, "memory_is_causal": memoryIsCausal ? 1 : 0], dtype, generator)
  }
}

/// Layers of a decoder, one after the other: as `torch.nn.TransformerDecoder`. All begin with the same numbers.
public final class TransformerDecoder: DecoderBlock {
  /// `layers` layers as `TransformerDecoderLayer` describes them. `norm`: the last output is normalized.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, _ heads: Int, layers: Int, feedforward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, eps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, norm: Bool = false, isCausal: Bool = false,
    memoryIsCausal: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "transformer_decoder", width, heads, feedforward, dropout, activation, eps, batchFirst, normFirst, bias,
      [
        "tgt_is_causal": isCausal ? 1 : 0, "memory_is_causal": memoryIsCausal ? 1 : 0,
        "num_layers": Double(layers), "norm": norm ? 1 : 0,
      ], dtype, generator)
  }
}
