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
    var loss = ElementLoss(name: "KLDivLoss", kind: DSC_POINTWISE_KL_DIVERGENCE, flag: logTarget)
    var plain: Descent.Reduction = reduction == .none ? .none : reduction == .sum ? .sum : .mean
    if reduction == .batchMean {
      precondition(prediction.shape.rank > 0, "KLDivLoss: batchMean of a scalar")
      let rows = prediction.shape[0]
      // PyTorch divides by it even if it is 0: NaN.
      (plain, loss.divisor) = rows == 0 ? (.mean, nil) : (.mean, Double(rows))
    }
    return loss(plain, prediction, targets) {
      if logTarget { return targets.exp() * (targets - prediction) }
      let used = targets.isNonzero
      let logarithm = targets.chosen(by: used, else: targets.detached() * 0 + 1).log()
      return (targets * logarithm).masked(by: used) - targets * prediction
    }
  }
}
