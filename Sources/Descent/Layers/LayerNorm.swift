import CDescent

/// Normalization of each sample over its last dimensions, as `torch.nn.LayerNorm`: Ba et al. 2016, arXiv:1607.06450.
///
///     y = (x - mean) / √(variance + eps) weight + bias
///
/// [..., normalizedShape], and the same.
public final class LayerNorm: Layer {
  /// Of the normalized shape, ones at first; nil if it is not affine.
  public var weight: Parameter? { own.first }
  /// Of the normalized shape, zeros at first; nil without a bias.
  public var bias: Parameter? { own.count > 1 ? own[1] : nil }

  /// Over the last dimensions, whose extents are given: one to three of them.
  public init(
    _ normalizedShape: Extents, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true,
    dtype: DType = .float32
  ) {
    super.init(
      "layer_norm",
      normalizedShape.normalized.merging([
        "eps": eps, "elementwise_affine": elementwiseAffine ? 1 : 0, "bias": bias ? 1 : 0,
      ]) { $1 }, dtype: dtype)
  }
}

/// Each sample's last dimensions over the root of their mean square, as `torch.nn.RMSNorm`: Zhang and Sennrich 2019,
/// arXiv:1910.07467.
///
///     y = x / √(mean of x² + eps) weight
///
/// [..., normalizedShape], and the same.
public final class RMSNorm: Layer {
  /// Of the normalized shape, ones at first; nil if it is not affine.
  public var weight: Parameter? { own.first }

  /// Over the last dimensions, whose extents are given: one to three of them.
  ///
  /// - Parameter eps: nil: the type's epsilon.
  public init(
    _ normalizedShape: Extents, eps: Double? = nil, elementwiseAffine: Bool = true, dtype: DType = .float32
  ) {
    super.init(
      "rms_norm",
      normalizedShape.normalized.merging([
        "eps": option("eps", eps, blank: -1), "elementwise_affine": elementwiseAffine ? 1 : 0,
      ]) { $1 }, dtype: dtype)
  }
}

extension Extents {
  /// "normalized_shape[0]", ...: as many as there are.
  fileprivate var normalized: [String: Double] {
    let extents = option("normalizedShape", self, blank: 0).values
    return Dictionary(
      uniqueKeysWithValues: extents.enumerated().map { ("normalized_shape[\($0)]", Double($1)) })
  }
}

/// Normalization of each sample over groups of neighbouring channels, as `torch.nn.GroupNorm`: Wu and He 2018,
/// arXiv:1803.08494.
///
///     y = (x - mean) / √(variance + eps) weight + bias
///
/// [batch, channels, ...], and the same.
public final class GroupNorm: Layer {
  /// [channels], ones at first; nil if it is not affine.
  public var weight: Parameter? { own.first }
  /// [channels], zeros at first; nil if it is not affine.
  public var bias: Parameter? { own.count > 1 ? own[1] : nil }

  /// So many groups, which divide the channels.
  public init(
    _ groups: Int, _ channels: Int, eps: Double = 1e-5, affine: Bool = true, dtype: DType = .float32
  ) {
    super.init(
      "group_norm",
      [
        "num_groups": Double(groups), "num_channels": Double(channels), "eps": eps, "affine": affine ? 1 : 0,
      ], dtype: dtype)
  }
}

// MARK: Functions

/// (x - mean) / √(variance + eps) weight + bias over the last dimensions, whose extents are `shape`: as
/// `torch.nn.functional.layer_norm`.
public func layerNorm(
  _ x: Tensor, shape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
) -> Tensor {
  demand(shape.allSatisfy { $0 >= 0 }, "layerNorm: shape \(shape), none may be negative")
  return Tensor.make { dsc_layer_norm(x.handle, shape.count, shape, weight?.handle, bias?.handle, eps, $0) }
}

/// x / √(mean of x² + eps) weight, likewise: as `torch.nn.functional.rms_norm`.
///
/// - Parameter eps: nil: the type's epsilon.
public func rmsNorm(_ x: Tensor, shape: [Int], weight: Tensor? = nil, eps: Double? = nil) -> Tensor {
  demand(shape.allSatisfy { $0 >= 0 }, "rmsNorm: shape \(shape), none may be negative")
  return Tensor.make { dsc_rms_norm(x.handle, shape.count, shape, weight?.handle, eps ?? .nan, $0) }
}

/// (x - mean) / √(variance + eps) weight + bias over so many groups of neighbouring channels: as
/// `torch.nn.functional.group_norm`. x: [batch, channels, ...]
public func groupNorm(
  _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
) -> Tensor {
  demand(groups > 0, "groupNorm: \(groups) groups, must be at least 1")
  return Tensor.make { dsc_group_norm(x.handle, groups, weight?.handle, bias?.handle, eps, $0) }
}

/// Each sample's channels by their own mean and variance: as `torch.nn.functional.instance_norm`. x: [batch, channels, d1, ...]
///
/// - Parameters:
///   - weight: [channels]; nil: 1.
///   - bias: [channels]; nil: 0.
///   - runningMean: [channels]: what is used without the input's own, and changed with them.
///   - runningVar: [channels], likewise.
///   - useInputStats: whether the samples' own mean and variance are used.
///   - momentum: the new batch's share in the running numbers.
///   - eps: added to the variance.
public func instanceNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, runningMean: Tensor? = nil,
  runningVar: Tensor? = nil, useInputStats: Bool = true, momentum: Double = 0.1, eps: Double = 1e-5
) -> Tensor {
  var options = dsc_batch_norm_options(training: useInputStats, momentum: momentum, eps: eps)
  return Tensor.make {
    dsc_instance_norm(
      x.handle, weight?.handle, bias?.handle, runningMean?.handle, runningVar?.handle, &options, $0)
  }
}
