import CDescent

/// Softmax cross entropy between logits and class indices, as `torch.nn.CrossEntropyLoss`.
///
/// Logits are [batch, classes], or [classes] for one sample; targets int64, [batch] or a scalar, each a class in
/// `0..<classes` or `ignoreIndex`. The log-sum-exp is stable. Differentiable with respect to the logits, to any
/// order.
public struct CrossEntropyLoss: Loss {
  /// What each class's samples count; nil for 1. [classes]
  public var weight: Tensor?
  /// Samples with this target count for nothing.
  public var ignoreIndex: Int
  /// The share of the target that is spread over all classes, in 0...1.
  public var labelSmoothing: Double
  /// How samples become one number; the mean is weighted.
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
    let rank = logits.shape.rank
    precondition(
      (rank == 1 || rank == 2) && targets.dtype == .int64
        && (rank == 2 ? targets.shape.rank == 1 && targets.shape[0] == logits.shape[0] : targets.count == 1),
      "CrossEntropyLoss: logits of shape \(logits.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)"
    )
    precondition(
      weight.map { $0.count == logits.shape[rank - 1] && $0.dtype == logits.dtype } ?? true,
      "CrossEntropyLoss: logits of shape \(logits.shape), weight of shape \(weight?.shape ?? [])")
    let (value, slope) = reduction.makeValueAndGradient(
      targets.shape, logits, isRecorded: Tensor.records(logits))
    run(logits, targets, reduction, value: value, gradient: slope)
    return value.recorded(.crossEntropy, logits) { _, upstream, pass in
      if pass.createsGraph { return (differentiableGradient(logits, targets, upstream), nil, nil) }
      let slope = slope!
      if upstream.isSeed { return (slope, nil, nil) }
      let column =
        upstream.count == 1 ? upstream.reshaped(Shape()) : upstream.reshaped(Shape(upstream.count, 1))
      return (slope * column, nil, nil)
    }
  }

  private func run(
    _ logits: Tensor, _ targets: Tensor, _ reduction: Reduction, value: Tensor?, gradient: Tensor?
  ) {
    let rank = logits.shape.rank
    var loss = dsc_cross_entropy()
    loss.dtype = logits.dtype.c
    loss.samples = rank == 2 ? logits.shape[0] : 1
    loss.classes = logits.shape[rank - 1]
    loss.logits = UnsafeRawPointer(logits.data)
    loss.targets = UnsafePointer(targets.data.assumingMemoryBound(to: Int64.self))
    loss.weight = weight.map { UnsafeRawPointer($0.data) }
    loss.ignore_index = Int64(ignoreIndex)
    loss.label_smoothing = labelSmoothing
    loss.reduction = reduction.c
    require(dsc_cross_entropy_run(nil, &loss, value?.data, gradient?.data))
  }

  /// The gradient is scale * (mass softmax(logits) - target distribution), a row each, where mass is the
  /// distribution's sum: written with `softmax`, it can be differentiated again.
  private func differentiableGradient(_ logits: Tensor, _ targets: Tensor, _ upstream: Tensor) -> Tensor {
    let classes = logits.shape[logits.shape.rank - 1]
    let samples = max(logits.count / max(classes, 1), 0)
    let flat = logits.reshaped(Shape(samples, classes))
    let indices = targets.buffer(Int64.self)
    let weights = weight?.doubles ?? Array(repeating: 1, count: classes)
    var distribution = [Double](repeating: 0, count: samples * classes)
    var divisor = 0.0
    for (row, target) in indices.enumerated() where Int(target) != ignoreIndex {
      let start = row * classes
      for c in 0..<classes { distribution[start + c] = labelSmoothing / Double(classes) * weights[c] }
      distribution[start + Int(target)] += (1 - labelSmoothing) * weights[Int(target)]
      divisor += weights[Int(target)]
    }
    let target = Tensor(distribution, shape: flat.shape, dtype: logits.dtype)
    let mass = target.sum(dim: 1, keepingDimension: true)
    var gradient = flat.softmax() * mass - target
    if reduction == .mean { gradient = gradient / divisor }
    gradient =
      gradient * (upstream.count == 1 ? upstream.reshaped(Shape()) : upstream.reshaped(Shape(samples, 1)))
    return gradient.reshaped(logits.shape)
  }
}
