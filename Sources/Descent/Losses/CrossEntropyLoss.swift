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
    precondition(
      0...1 ~= labelSmoothing, "CrossEntropyLoss: labelSmoothing is \(labelSmoothing), must be in 0...1")
    self.weight = weight
    self.ignoreIndex = ignoreIndex
    self.labelSmoothing = labelSmoothing
    self.reduction = reduction
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  ///
  /// - Precondition: shapes agree and all targets are classes; data sets check their labels when read.
  public func callAsFunction(_ logits: Tensor, _ targets: Tensor) -> Tensor {
    let isClasses = targets.dtype == .int64
    if isClasses {
      requireOneClassEach("CrossEntropyLoss", logits, targets)
    } else {
      requireSameShape("CrossEntropyLoss", logits, targets)
    }
    let layout = ClassLayout("CrossEntropyLoss", logits, weight)
    if !isClasses && targets.requiresGrad { return composed(logits, targets, layout) }
    let value = Tensor(uninitialized: reduction == .none ? layout.values : Shape(), dtype: logits.dtype)
    let slope = Slope()
    run(logits, targets, layout, value, Tensor.records(logits) ? slope.fresh(logits) : nil)
    return value.recorded(.crossEntropy, logits) { _, upstream, pass in
      if pass.createsGraph {
        let found = BackwardPass.collect(
          root: composed(logits, targets, layout), upstream: upstream, targets: [logits], createsGraph: true,
          endsAtTargets: true)
        return (found[0], nil, nil)
      }
      let gradient = slope.tensor ?? slope.fresh(logits)
      if slope.isGivenAway { run(logits, targets, layout, nil, gradient) }
      slope.isGivenAway = upstream.isSeed && logits.node == nil
      if slope.isGivenAway {
        // The leaf may keep it; another backward pass would compute it again.
        (slope.tensor, gradient.isGivenAway) = (nil, true)
      }
      if upstream.isSeed { return (gradient, nil, nil) }
      let factor = upstream.reshaped(upstream.count == 1 ? Shape() : layout.broadcast)
      return (gradient * factor, nil, nil)
    }
  }

  private func run(
    _ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout, _ value: Tensor?, _ gradient: Tensor?
  ) {
    let isClasses = targets.dtype == .int64
    var loss = dsc_cross_entropy()
    loss.over = layout.classes(logits, isClasses ? targets : nil, ignoreIndex, reduction)
    loss.probabilities = isClasses ? nil : UnsafeRawPointer(targets.data)
    loss.label_smoothing = labelSmoothing
    require(dsc_cross_entropy_run(nil, &loss, value?.data, gradient?.data))
  }

  /// The same in tensor operations.
  private func composed(_ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout) -> Tensor {
    let values = Self.values(
      logits, targets, layout, ignoreIndex: ignoreIndex, labelSmoothing: labelSmoothing)
    let isClasses = targets.dtype == .int64
    return values.reduced(
      reduction, divisor: isClasses ? layout.divisor(targets, ignoreIndex) : Double(values.count))
  }

  /// The unreduced losses in tensor operations.
  static func values(
    _ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout, ignoreIndex: Int, labelSmoothing: Double
  ) -> Tensor {
    let smooth = labelSmoothing / Double(layout.classCount)
    var distribution = targets
    if targets.dtype == .int64 {
      let classes = targets.ignoring(ignoreIndex)
      let sharp = classes.oneHot(like: logits, along: layout.dimension)
      distribution =
        sharp * (1 - labelSmoothing) + sharp.sum(dim: layout.dimension, keepingDimension: true) * smooth
    } else if labelSmoothing > 0 {
      distribution = targets * (1 - labelSmoothing) + smooth
    }
    let terms = layout.weighted(distribution) * logits.logSoftmax(dim: layout.dimension)
    return -terms.masked(by: distribution.isNonzero).sum(dim: layout.dimension)
  }
}

/// The gradient that the kernel left, until a leaf has taken it.
private final class Slope {
  var tensor: Tensor?
  var isGivenAway = false

  func fresh(_ logits: Tensor) -> Tensor {
    let gradient = Tensor(uninitialized: logits.shape, dtype: logits.dtype)
    tensor = gradient
    return gradient
  }
}
