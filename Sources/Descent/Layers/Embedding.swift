import CDescent

/// Rows of a matrix that indices name, as `torch.nn.Embedding`: [...] of int64 to [..., dimension].
public final class Embedding: Layer {
  /// [count, dimension]
  public var weight: Parameter { own[0] }

  /// So many rows, drawn from N(0, 1).
  ///
  /// - Parameters:
  ///   - paddingIndex: a row of zeros that is not trained; negative ones count from the end.
  ///   - maxNorm: what the norms, of order `normType`, of rows that are looked up are lowered to: in place in
  ///     training, in copies in evaluation.
  ///   - scalesGradByFrequency: whether gradients are divided by how often a row comes in the batch.
  ///   - isSparse: whether the gradient is kept as rows, `weight.rowGradient`: steps then touch those alone.
  /// - Precondition: `count` and `dimension` are at least 1, the padding is one of the rows.
  public init(
    _ count: Int, _ dimension: Int, paddingIndex: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scalesGradByFrequency: Bool = false, isSparse: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "embedding",
      embeddingOptions(
        count, dimension, paddingIndex, maxNorm, normType, scalesGradByFrequency, isSparse),
      dtype: dtype, generator: generator)
  }
}

/// The sum, mean or largest numbers of rows, for each bag of indices, as `torch.nn.EmbeddingBag`: [bags, n] of int64 to
/// [bags, dimension].
public final class EmbeddingBag: Layer {
  /// What becomes of a bag's rows.
  public enum Mode: Int, Sendable {
    /// Their sum.
    case sum
    /// Their mean.
    case mean
    /// The largest number of each column.
    case max

    var c: dsc_bag_mode { dsc_bag_mode(rawValue: UInt32(rawValue)) }
  }

  /// [count, dimension]
  public var weight: Parameter { own[0] }

  /// So many rows, drawn from N(0, 1). The options are `Embedding`'s; the padding is passed over.
  ///
  /// - Parameter includeLastOffset: whether the last offset is the end of the last bag.
  /// - Precondition: with `.max` gradients are neither sparse nor scaled.
  public init(
    _ count: Int, _ dimension: Int, mode: Mode = .mean, paddingIndex: Int? = nil, maxNorm: Double? = nil,
    normType: Double = 2, scalesGradByFrequency: Bool = false, isSparse: Bool = false,
    includeLastOffset: Bool = false, dtype: DType = .float32, generator: Generator = .default
  ) {
    var options = embeddingOptions(
      count, dimension, paddingIndex, maxNorm, normType, scalesGradByFrequency, isSparse)
    options["mode"] = Double(mode.rawValue)
    options["include_last_offset"] = includeLastOffset ? 1 : 0
    super.init("embedding_bag", options, dtype: dtype, generator: generator)
  }

  /// Bags of a vector of indices, which begin at the offsets; of a matrix without them, a bag a row.
  ///
  /// - Parameter perSampleWeights: factors of a sum's rows, of the indices' shape.
  public func callAsFunction(
    _ indices: Tensor, offsets: Tensor?, perSampleWeights: Tensor? = nil
  ) -> Tensor {
    call([indices, offsets, perSampleWeights], outputs: 1)[0]!
  }
}

private func embeddingOptions(
  _ count: Int, _ dimension: Int, _ padding: Int?, _ maxNorm: Double?, _ normType: Double, _ scales: Bool,
  _ isSparse: Bool
) -> [String: Double] {
  [
    "num_embeddings": Double(count), "embedding_dim": Double(dimension), "norm_type": normType,
    "padding_idx": option("paddingIndex", padding.map(Double.init), blank: Double(DSC_NO_PADDING)),
    "max_norm": option("maxNorm", maxNorm, blank: -1), "scale_grad_by_freq": scales ? 1 : 0,
    "sparse": isSparse ? 1 : 0,
  ]
}
