/// Batch normalization over [batch, features] or [batch, features, length], as `torch.nn.BatchNorm1d`: Ioffe and
/// Szegedy 2015, arXiv:1502.03167.
///
///     y = (x - mean) / √(variance + eps) weight + bias
///
/// In training the batch's own mean and (biased) variance are used, and added to the running ones; in evaluation the
/// running ones are used.
public final class BatchNorm1d: Module {
  /// [features]; ones at first.
  public let weight: Parameter
  /// [features]; zeros at first.
  public let bias: Parameter
  /// The running means, and variances (unbiased): [features].
  public let runningMean: Buffer, runningVar: Buffer
  /// How many batches they have seen.
  public let numBatchesTracked: Buffer
  /// Added to the variance.
  public let eps: Double
  /// The weight of a new batch in the running numbers; nil: all batches weigh the same.
  public var momentum: Double?

  /// A layer with PyTorch's defaults.
  public init(_ features: Int, eps: Double = 1e-5, momentum: Double? = 0.1, dtype: DType = .float32) {
    weight = Parameter(.ones([features], dtype: dtype))
    bias = Parameter(.zeros([features], dtype: dtype))
    runningMean = Buffer(.zeros([features], dtype: dtype))
    runningVar = Buffer(.ones([features], dtype: dtype))
    numBatchesTracked = Buffer(Tensor([Int64(0)], shape: []))
    self.eps = eps
    self.momentum = momentum
  }

  /// Forgets the running numbers.
  public func resetRunningStatistics() {
    runningMean.tensor.copy(from: .zeros(runningMean.tensor.shape, dtype: weight.dtype))
    runningVar.tensor.copy(from: .ones(runningVar.tensor.shape, dtype: weight.dtype))
    numBatchesTracked.tensor.copy(from: Tensor([Int64(0)], shape: []))
  }

  /// The normalized batch, of the same shape.
  public override func forward(_ x: Tensor) -> Tensor {
    demand(
      (x.shape.rank == 2 || x.shape.rank == 3) && x.shape[1] == weight.count && x.dtype == weight.dtype,
      """
      BatchNorm1d: x is \(x.dtype.rawValue) of shape \(x.shape), must be \(weight.dtype.rawValue) of shape \
      [batch, \(weight.count)] or [batch, \(weight.count), length]
      """)
    let perFeature: Shape = x.shape.rank == 2 ? [1, weight.count] : [1, weight.count, 1]
    var (mean, variance) = (
      runningMean.tensor.reshaped(perFeature), runningVar.tensor.reshaped(perFeature)
    )
    if isTraining {
      let count = x.count / weight.count
      demand(
        count > 1, "BatchNorm1d needs more than one value for each feature; the shape is \(x.shape)")
      mean = x.meanOverBatch()
      let centered = x - mean
      variance = (centered * centered).meanOverBatch()
      track(mean.detached(), variance.detached() * (Double(count) / Double(count - 1)))
    }
    let scale = weight.reshaped(perFeature) / (variance + eps).sqrt()
    return (x - mean) * scale + bias.reshaped(perFeature)
  }

  private func track(_ mean: Tensor, _ variance: Tensor) {
    // Wrapping, as PyTorch's: the number may come from a file.
    let batches = numBatchesTracked.tensor.buffer(Int64.self)[0] &+ 1
    numBatchesTracked.tensor.copy(from: Tensor([batches], shape: []))
    let weight = momentum ?? 1 / Double(batches)
    for (running, new) in [(runningMean.tensor, mean), (runningVar.tensor, variance)] {
      noGrad { running.copy(from: running * (1 - weight) + new.reshaped(running.shape) * weight) }
    }
  }
}

extension Tensor {
  /// The mean over all dimensions but the second, which are kept as 1.
  fileprivate func meanOverBatch() -> Tensor {
    let mean = mean(dim: 0, keepingDimension: true)
    return shape.rank == 2 ? mean : mean.mean(dim: 2, keepingDimension: true)
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
