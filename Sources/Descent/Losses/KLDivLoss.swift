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
    LossArguments("KLDivLoss", prediction).alike("targets", targets)
    var loss = ElementLoss(
      kind: DSC_POINTWISE_KL_DIVERGENCE, options: { $0.log_target = logTarget })
    var plain: Descent.Reduction = reduction == .none ? .none : reduction == .sum ? .sum : .mean
    if reduction == .batchMean {
      let rows = prediction.shape.first ?? 1
      // PyTorch divides by it even if it is 0: NaN.
      (plain, loss.divisor) = rows == 0 ? (.mean, nil) : (.mean, Double(rows))
    }
    return loss(plain, prediction, targets) {
      if logTarget {
        let share = targets.exp()
        return (-share, share * (targets - prediction) + share, nil)
      }
      return (-targets, targets.log() + targets / targets - prediction, nil)
    }
  }
}
