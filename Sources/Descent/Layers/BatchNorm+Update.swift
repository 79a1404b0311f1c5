import CDescent

/// Computes the running means and variances of a model's batch normalizations anew, by one pass over a data set, each
/// batch weighing the same: as `torch.optim.swa_utils.update_bn`, for models made by averaging weights.
///
/// Those in a `Network` are among them. Dropout and the like act as in training, as in PyTorch.
///
/// - Throws: what the data set throws. The statistics are those of the batches before then.
public func updateBatchNorm(_ model: Module, _ loader: any BatchSource) throws(DescentError) {
  let norms = model.batchNorms
  guard !norms.isEmpty else { return }
  let (momenta, wasTraining) = (norms.map(\.momentum), model.isTraining)
  for norm in norms {
    norm.resetRunningStatistics()
    norm.momentum = nil
  }
  model.train()
  defer {
    for (norm, momentum) in zip(norms, momenta) { norm.momentum = momentum }
    if !wasTraining { model.eval() }
  }
  try noGrad { () throws(DescentError) in
    try loader.forEachBatch { batch throws(DescentError) in _ = model(batch.inputs) }
  }
}

/// A batch normalization, by itself or in a `Network`.
protocol AnyBatchNorm: AnyObject {
  /// The weight of a new batch in the running numbers; nil: all batches weigh the same.
  var momentum: Double? { get set }
  /// Forgets the running numbers.
  func resetRunningStatistics()
}

extension BatchNorm: AnyBatchNorm {}

extension Module {
  /// Its batch normalizations.
  var batchNorms: [any AnyBatchNorm] {
    modules.flatMap { module -> [any AnyBatchNorm] in
      if let norm = module as? BatchNorm { return [norm] }
      return (module as? Network)?.ownBatchNorms ?? []
    }
  }
}

/// One of a network's layers, which must not outlive it.
private final class NetworkBatchNorm: AnyBatchNorm {
  private let layer: OpaquePointer

  init?(_ layer: OpaquePointer?) {
    guard let layer, let info = dsc_layer_info_of(layer),
      ["batch_norm1d", "batch_norm2d"].contains(String(cString: info.pointee.name))
    else { return nil }
    self.layer = layer
  }

  var momentum: Double? {
    get {
      var value = 0.0
      require(dsc_layer_option(layer, "momentum", &value))
      return value < 0 ? nil : value
    }
    set { require(dsc_layer_set_option(layer, "momentum", newValue ?? -1)) }
  }

  func resetRunningStatistics() {
    for index in 0..<dsc_layer_tensor_count(layer) {
      var entry = dsc_layer_tensor()
      require(dsc_layer_tensor_at(layer, index, &entry))
      guard !entry.is_parameter else { continue }
      Tensor(retaining: entry.tensor).fill(String(cString: entry.name) == "running_var" ? 1 : 0)
    }
  }
}

extension Network {
  fileprivate var ownBatchNorms: [any AnyBatchNorm] {
    layerHandles.compactMap { NetworkBatchNorm($0) }
  }
}
