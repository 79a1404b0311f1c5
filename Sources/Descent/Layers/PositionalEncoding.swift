/// `x` and sines and cosines of its positions, of wavelengths from 2π to 20000π, as in Vaswani et al. 2017, arXiv:1706.03762,
/// and in PyTorch's tutorial on language models. Inputs are [L, N, E], or [N, L, E] with `batchFirst`, or [L, E].
public final class PositionalEncoding: Layer {
  /// The encodings: [maxLength, 1, width].
  public var encodings: Buffer { buffers[0] }
  /// The share that falls away in training.
  ///
  /// - Precondition: it is from 0 to 1.
  public var dropout: Double { didSet { set("dropout", dropout) } }

  /// Encodings of positions 0 to `maxLength` - 1, with a dropout behind.
  public init(
    _ width: Int, dropout: Double = 0.1, maxLength: Int = 5000, batchFirst: Bool = false,
    dtype: DType = .float32
  ) {
    self.dropout = dropout
    super.init(
      "positional_encoding",
      [
        "d_model": Double(width), "dropout": dropout, "max_len": Double(maxLength),
        "batch_first": batchFirst ? 1 : 0,
      ], dtype: dtype)
  }
}
