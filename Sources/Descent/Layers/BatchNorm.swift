import CDescent

/// What batch and instance normalizations share: a weight and a bias if they are affine, running numbers if they track them.
public class RunningNorm: Layer {
  private let isAffine: Bool
  private let tracks: Bool

  /// [features], ones at first; nil if it is not affine.
  public var weight: Parameter? { isAffine ? own[0] : nil }
  /// [features], zeros at first; nil if it is not affine.
  public var bias: Parameter? { isAffine ? own[1] : nil }
  /// The running means: [features]; nil without running numbers.
  public var runningMean: Buffer? { tracks ? buffers[0] : nil }
  /// The running variances (unbiased): [features]; nil without running numbers.
  public var runningVar: Buffer? { tracks ? buffers[1] : nil }
  /// How many batches they have seen; nil without running numbers.
  public var numBatchesTracked: Buffer? { tracks ? buffers[2] : nil }
  /// Added to the variance.
  public let eps: Double
  /// The weight of a new batch in the running numbers; nil: all batches weigh the same.
  public var momentum: Double? { didSet { set("momentum", option("momentum", momentum, blank: -1)) } }

  fileprivate init(
    _ name: String, _ features: Int, _ eps: Double, _ momentum: Double?, _ affine: Bool, _ tracks: Bool,
    _ dtype: DType
  ) {
    (self.eps, self.momentum, isAffine, self.tracks) = (eps, momentum, affine, tracks)
    super.init(
      name,
      [
        "num_features": Double(features), "eps": eps, "momentum": option("momentum", momentum, blank: -1),
        "affine": affine ? 1 : 0, "track_running_stats": tracks ? 1 : 0,
      ], dtype: dtype)
  }

  /// Forgets the running numbers.
  public func resetRunningStatistics() {
    runningMean?.tensor.fill(0)
    runningVar?.tensor.fill(1)
    numBatchesTracked?.tensor.fill(0)
  }
}

/// Batch normalization: Ioffe and Szegedy 2015, arXiv:1502.03167.
///
///     y = (x - mean) / √(variance + eps) weight + bias
///
/// In training the batch's own mean and (biased) variance are used, and added to the running ones; in evaluation the
/// running ones are used, if there are any.
public class BatchNorm: RunningNorm {}

/// Batch normalization over [batch, features] or [batch, features, length], as `torch.nn.BatchNorm1d`.
public final class BatchNorm1d: BatchNorm {
  /// A layer with PyTorch's defaults.
  public init(
    _ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true, dtype: DType = .float32
  ) { super.init("batch_norm1d", features, eps, momentum, affine, trackRunningStats, dtype) }
}

/// Batch normalization over [batch, features, height, width], as `torch.nn.BatchNorm2d`.
public final class BatchNorm2d: BatchNorm {
  /// A layer with PyTorch's defaults.
  public init(
    _ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true, dtype: DType = .float32
  ) { super.init("batch_norm2d", features, eps, momentum, affine, trackRunningStats, dtype) }
}

/// Instance normalization over [batch, features, length], with or without a batch, as `torch.nn.InstanceNorm1d`: each
/// sample's channels by their own mean and variance. Ulyanov et al. 2016, arXiv:1607.08022.
public final class InstanceNorm1d: RunningNorm {
  /// A layer with PyTorch's defaults. momentum nil: 0.
  public init(
    _ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false, dtype: DType = .float32
  ) { super.init("instance_norm1d", features, eps, momentum, affine, trackRunningStats, dtype) }
}

/// Instance normalization over [batch, features, height, width], with or without a batch, as `torch.nn.InstanceNorm2d`.
public final class InstanceNorm2d: RunningNorm {
  /// A layer with PyTorch's defaults. momentum nil: 0.
  public init(
    _ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false, dtype: DType = .float32
  ) { super.init("instance_norm2d", features, eps, momentum, affine, trackRunningStats, dtype) }
}

/// Normalizes each channel, the second dimension, over all others: as `torch.nn.functional.batch_norm`.
///
/// - Parameters:
///   - x: [batch, channels] or [batch, channels, d1, ...]
///   - weight: [channels]; nil: 1.
///   - bias: [channels]; nil: 0.
///   - runningMean: [channels]: what is used in evaluation, and changed in training. nil: the batch's own always.
///   - runningVar: [channels], likewise.
///   - training: whether the batch's own mean and variance are used.
///   - momentum: the new batch's share in the running numbers.
///   - eps: added to the variance.
public func batchNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, runningMean: Tensor? = nil,
  runningVar: Tensor? = nil,
  training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5
) -> Tensor {
  var options = dsc_batch_norm_options(training: training, momentum: momentum, eps: eps)
  return Tensor.make {
    dsc_batch_norm(
      x.handle, weight?.handle, bias?.handle, runningMean?.handle, runningVar?.handle, &options, $0)
  }
}
