import CDescent

/// Batch normalization over [batch, features] or [batch, features, length], as `torch.nn.BatchNorm1d`: Ioffe and
/// Szegedy 2015, arXiv:1502.03167.
///
///     y = (x - mean) / √(variance + eps) weight + bias
///
/// In training the batch's own mean and (biased) variance are used, and added to the running ones; in evaluation the
/// running ones are used.
public final class BatchNorm1d: Layer {
  /// [features]; ones at first.
  public var weight: Parameter { own[0] }
  /// [features]; zeros at first.
  public var bias: Parameter { own[1] }
  /// The running means: [features].
  public var runningMean: Buffer { buffers[0] }
  /// The running variances (unbiased): [features].
  public var runningVar: Buffer { buffers[1] }
  /// How many batches they have seen.
  public var numBatchesTracked: Buffer { buffers[2] }
  /// Added to the variance.
  public let eps: Double
  /// The weight of a new batch in the running numbers; nil: all batches weigh the same.
  public var momentum: Double? { didSet { set("momentum", momentum ?? -1) } }

  /// A layer with PyTorch's defaults.
  public init(_ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, dtype: DType = .float32) {
    (self.eps, self.momentum) = (eps, momentum)
    super.init(
      "batch_norm1d", ["num_features": Double(features), "eps": eps, "momentum": momentum ?? -1], dtype: dtype
    )
  }

  /// Forgets the running numbers.
  public func resetRunningStatistics() {
    runningMean.tensor.fill(0)
    runningVar.tensor.fill(1)
    numBatchesTracked.tensor.fill(0)
  }
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

/// Computes the running means and variances of a model's batch normalizations anew, by one pass over a data set, each
/// batch weighing the same: as `torch.optim.swa_utils.update_bn`, for models made by averaging weights.
public func updateBatchNorm<Source: Dataset>(_ model: Module, _ loader: DataLoader<Source>) {
  let layers = model.modules.compactMap { $0 as? BatchNorm1d }
  guard !layers.isEmpty else { return }
  let (momenta, wasTraining) = (layers.map(\.momentum), model.isTraining)
  for layer in layers {
    layer.resetRunningStatistics()
    layer.momentum = nil
  }
  model.train()
  noGrad { for batch in loader { _ = model(batch.inputs) } }
  for (layer, momentum) in zip(layers, momenta) { layer.momentum = momentum }
  if !wasTraining { model.eval() }
}
