import CDescent

/// The Kullback-Leibler divergence of log probabilities from target probabilities, as `torch.nn.KLDivLoss`:
/// y (log y - x), or e^y (y - x) for targets that are logarithms. 0 log 0 is 0.
///
/// Prediction and targets have one shape, any. Both are differentiable, to any order.
public struct KLDivLoss: Loss, Sendable {
  /// How elements become one number.
  public enum Reduction: Sendable, CaseIterable {
    /// They do not.
    case none
    /// Their sum over the number of rows: the divergence itself, averaged over the batch.
    case batchMean
    /// Their sum.
    case sum
    /// Their mean over all elements: PyTorch's default.
    case mean

    fileprivate var c: dsc_reduction {
      switch self {
      case .none: DSC_REDUCTION_NONE
      case .batchMean: DSC_REDUCTION_BATCH_MEAN
      case .sum: DSC_REDUCTION_SUM
      case .mean: DSC_REDUCTION_MEAN
      }
    }
  }

  /// How elements become one number.
  public var reduction: Reduction
  /// Whether targets are logarithms of probabilities.
  public var logTarget: Bool

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean, logTarget: Bool = false) {
    self.reduction = reduction
    self.logTarget = logTarget
  }

  /// The loss: a scalar, or one number an element without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    var options = dsc_kl_div_options(log_target: logTarget, reduction: reduction.c)
    return Tensor.make { dsc_kl_div_loss(prediction.handle, targets.handle, &options, $0) }
  }
}
