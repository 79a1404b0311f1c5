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
    demand(
      0...1 ~= labelSmoothing, "CrossEntropyLoss: labelSmoothing is \(labelSmoothing), must be in 0...1")
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
    let isClasses = targets.dtype == .int64
    let arguments = LossArguments("CrossEntropyLoss", logits, name: "logits")
    if isClasses {
      arguments.oneClassEach("targets", targets)
      arguments.notDifferentiated("weight", weight)
    } else {
      arguments.alike("targets", targets)
      demand(logits.shape.rank > 0, "CrossEntropyLoss: logits is a scalar, must have a dimension of classes")
    }
    let layout = ClassLayout(arguments, weight)
    if let weight, Tensor.records(weight) { return composed(logits, targets, layout) }
    let kept = Slopes(logits, isClasses ? nil : targets)
    let value = Tensor(uninitialized: reduction == .none ? layout.values : Shape(), dtype: logits.dtype)
    let records = Tensor.records(logits, kept.probabilities)
    run(logits, targets, layout, value, records ? kept.fresh() : (nil, nil))
    return value.recorded(.crossEntropy, logits, kept.probabilities) { _, upstream, pass in
      if kept.isGivenAway { run(logits, targets, layout, nil, kept.fresh()) }
      let found: InputGradients = (kept.byLogits, kept.byProbabilities, nil)
      if upstream.isSeed && !pass.createsGraph {
        kept.giveAway()
        return found
      }
      let scale =
        reduction == .mean && isClasses && pass.createsGraph ? layout.scale(targets, ignoreIndex) : nil
      let evaluation = LossEvaluation(
        operation: .crossEntropy, reduction: reduction, values: layout.values, broadcast: layout.broadcast,
        scale: scale)
      return evaluation.gradients(found, upstream, pass) { slopes(logits, targets, layout) }
    }
  }

  private func run(
    _ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout, _ value: Tensor?,
    _ slopes: (byLogits: Tensor?, byProbabilities: Tensor?)
  ) {
    let isClasses = targets.dtype == .int64
    var loss = dsc_cross_entropy()
    loss.over = layout.classes(logits, isClasses ? targets : nil, ignoreIndex, reduction)
    loss.probabilities = isClasses ? nil : UnsafeRawPointer(targets.data)
    loss.label_smoothing = labelSmoothing
    require(
      dsc_cross_entropy_run(
        nil, &loss, value?.data, slopes.byLogits?.data, slopes.byProbabilities?.data))
  }

  /// The derivatives of each sample's loss, in tensor operations.
  private func slopes(_ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout) -> InputGradients {
    let dim = layout.dimension
    let shares = layout.weighted(distribution(logits, targets, layout))
    let byLogits = logits.softmax(dim: dim) * shares.sum(dim: dim, keepingDimension: true) - shares
    if targets.dtype == .int64 {
      let counts = Tensor(
        targets.scalars(as: Int64.self).map { $0 == ignoreIndex ? 0.0 : 1 }, shape: layout.broadcast,
        dtype: logits.dtype)
      return (byLogits.masked(by: counts), nil, nil)
    }
    guard targets.requiresGrad else { return (byLogits, nil, nil) }
    return (byLogits, layout.weighted(logits.logSoftmax(dim: dim)) * (labelSmoothing - 1), nil)
  }

  /// The loss in tensor operations, for weights that are differentiated.
  private func composed(_ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout) -> Tensor {
    let terms =
      layout.weighted(distribution(logits, targets, layout)) * logits.logSoftmax(dim: layout.dimension)
    return (-terms.sum(dim: layout.dimension)).reduced(
      reduction, divisor: Double(layout.values.elementCount))
  }

  /// What the targets ask of each class: smoothed, and 0 throughout for samples that are ignored.
  private func distribution(_ logits: Tensor, _ targets: Tensor, _ layout: ClassLayout) -> Tensor {
    let smooth = labelSmoothing / Double(layout.classCount)
    guard targets.dtype == .int64 else {
      return labelSmoothing > 0 ? targets * (1 - labelSmoothing) + smooth : targets
    }
    let sharp = targets.ignoring(ignoreIndex).oneHot(like: logits, along: layout.dimension)
    return sharp * (1 - labelSmoothing) + sharp.sum(dim: layout.dimension, keepingDimension: true) * smooth
  }
}

/// The gradients that the kernel left, until a leaf has taken one.
private final class Slopes {
  let logits: Tensor
  let probabilities: Tensor?
  private(set) var byLogits: Tensor?
  private(set) var byProbabilities: Tensor?
  private(set) var isGivenAway = false

  init(_ logits: Tensor, _ probabilities: Tensor?) {
    (self.logits, self.probabilities) = (logits, probabilities)
  }

  /// Room for the gradients that will be wanted.
  func fresh() -> (byLogits: Tensor?, byProbabilities: Tensor?) {
    func room(_ input: Tensor?) -> Tensor? {
      guard let input, input.requiresGrad else { return nil }
      return Tensor(uninitialized: input.shape, dtype: input.dtype)
    }
    (byLogits, byProbabilities, isGivenAway) = (room(logits), room(probabilities), false)
    return (byLogits, byProbabilities)
  }

  /// A leaf may keep its gradient; another backward pass would compute it again.
  func giveAway() {
    guard logits.node == nil, let gradient = byLogits else { return }
    (byLogits, gradient.isGivenAway, isGivenAway) = (nil, true, true)
  }
}
