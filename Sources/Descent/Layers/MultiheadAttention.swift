import CDescent

/// Attention of several heads, as `torch.nn.MultiheadAttention`, with its initial weights: Vaswani et al. 2017, arXiv:1706.03762.
///
///     let attention = MultiheadAttention(512, 8, batchFirst: true)
///     let y = attention(x)                                    // self-attention
///     let (output, weights) = attention(query, key: key, value: value, needsWeights: true)
///
/// Queries, keys and values are projected, attended to head by head, joined, and projected once more. Inputs are [L, N, E], or
/// [N, L, E] with `batchFirst`, or [L, E] without a batch.
public final class MultiheadAttention: Layer {
  /// Whether keys and values have as many numbers as queries: there is one matrix of projections then.
  private let hasOneWidth: Bool

  /// The share of weights that fall away in training.
  ///
  /// - Precondition: it is from 0 to 1.
  public var dropout: Double { didSet { set("dropout", dropout) } }
  /// [3 E, E]: the projections of queries, keys and values, one below the other; nil where widths differ.
  public var inProjWeight: Parameter? { hasOneWidth ? own[0] : nil }

  /// A layer with PyTorch's defaults.
  ///
  /// - Parameters:
  ///   - embedDim: numbers of a query, and of an output.
  ///   - heads: which share them.
  ///   - dropout: the share of weights that fall away in training.
  ///   - bias: whether projections have biases.
  ///   - addBiasKV: whether a key and its value are learned besides those given.
  ///   - addZeroAttn: whether there is a key, and its value, of zeros besides.
  ///   - keyDim: numbers of a key; nil: as many as `embedDim`.
  ///   - valueDim: numbers of a value; nil: as many as `embedDim`.
  ///   - batchFirst: whether inputs are [N, L, E].
  ///   - isCausal: whether a query sees no key after its own place, unless a call says otherwise.
  /// - Precondition: `heads` divides `embedDim`.
  public init(
    _ embedDim: Int, _ heads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
    addZeroAttn: Bool = false, keyDim: Int? = nil, valueDim: Int? = nil, batchFirst: Bool = false,
    isCausal: Bool = false, dtype: DType = .float32, generator: Generator = .default
  ) {
    self.dropout = dropout
    hasOneWidth = (keyDim ?? embedDim) == embedDim && (valueDim ?? embedDim) == embedDim
    super.init(
      "multihead_attention",
      [
        "embed_dim": Double(embedDim), "num_heads": Double(heads), "dropout": dropout, "bias": bias ? 1 : 0,
        "add_bias_kv": addBiasKV ? 1 : 0, "add_zero_attn": addZeroAttn ? 1 : 0,
        "kdim": option("keyDim", keyDim.map(Double.init), blank: 0),
        "vdim": option("valueDim", valueDim.map(Double.init), blank: 0), "batch_first": batchFirst ? 1 : 0,
        "is_causal": isCausal ? 1 : 0,
      ], dtype: dtype, generator: generator)
  }

  /// The output, and the weights if they are asked for.
  ///
  /// - Parameters:
  ///   - query: [L, N, E], or as the layer says.
  ///   - key: [S, N, keyDim]; nil: the query.
  ///   - value: [S, N, valueDim]; nil: the key.
  ///   - keyPaddingMask: [N, S]: booleans, true where a key is left out, or numbers to add.
  ///   - mask: [L, S] or [N heads, L, S], likewise.
  ///   - needsWeights: whether to give the weights, which takes memory and time.
  ///   - averagesWeights: whether they are [N, L, S], the mean over the heads, not [N, heads, L, S].
  ///   - isCausal: whether a query sees no key after its own place; nil: as the layer was made.
  public func callAsFunction(
    _ query: Tensor, key: Tensor?, value: Tensor? = nil, keyPaddingMask: Tensor? = nil, mask: Tensor? = nil,
    needsWeights: Bool = false, averagesWeights: Bool = true, isCausal: Bool? = nil
  ) -> (output: Tensor, weights: Tensor?) {
    let outputs = call(
      [query, key, value, keyPaddingMask, mask], outputs: needsWeights ? 2 : 1,
      options: [
        "average_attn_weights": averagesWeights ? 1 : 0, "is_causal": isCausal.map { $0 ? 1 : 0 },
      ])
    return (outputs[0]!, needsWeights ? outputs[1] : nil)
  }
}
