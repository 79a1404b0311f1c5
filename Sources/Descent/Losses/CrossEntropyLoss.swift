import CDescent

/// Softmax cross entropy between logits and targets, as `torch.nn.CrossEntropyLoss`.
///
/// Logits are [classes], [batch, classes] or [batch, classes, d1, ..., dK]. Targets are int64 of the same shape without
/// the classes, each a class in `0..<classes` or `ignoreIndex`; or probabilities of the logits' own shape and type. The
/// log-sum-exp is stable. A class of probability 0 counts for nothing, whatever its logit. Differentiable with respect to
/// the logits, and to probabilities, to any order.
public struct CrossEntropyLoss: Loss {
  /// What each class's samples count; nil for 1. [classes]
  public var weight: Tensor?
  /// Samples with this target count for nothing. Not for probabilities.
  public var ignoreIndex: Int
  /// The share of the target that is spread over all classes, in 0...1.
  public var labelSmoothing: Double
  /// How samples become one number; over class targets the mean is weighted.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  ///
  /// - Precondition: `labelSmoothing` is in 0...1.
  public init(
    weight: Tensor? = nil, ignoreIndex: Int = -100, labelSmoothing: Double = 0, reduction: Reduction = .mean
  ) {
    LossTable.demand("cross_entropy", "label_smoothing", labelSmoothing)
    self.weight = weight
    self.ignoreIndex = ignoreIndex
    self.labelSmoothing = labelSmoothing
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  ///
  /// - Precondition: shapes and types agree, all targets are classes (data sets check their labels when read), and with
  ///   probabilities `ignoreIndex` is no class.
  public func callAsFunction(_ logits: Tensor, _ targets: Tensor) -> Tensor {
    withOptions { options in
      Tensor.make { dsc_cross_entropy_loss(logits.handle, targets.handle, options, $0) }
    }
  }

  /// Calls `body` with the options as C has them.
  func withOptions(_ body: (UnsafePointer<dsc_cross_entropy_options>) -> Tensor) -> Tensor {
    withExtendedLifetime(weight) {
      var options = dsc_cross_entropy_options(
        weight: weight?.handle, ignore_index: Int64(ignoreIndex), label_smoothing: labelSmoothing,
        reduction: reduction.c)
      return body(&options)
    }
  }
}
