import CDescent

/// A linear layer and the cross entropy of its outputs, as `torch.nn.LinearCrossEntropyLoss`: for large class counts,
/// whose logits are never stored all at once, in either direction.
///
///     let head = LinearCrossEntropyLoss(features, classes)
///     head(hidden, targets).backward()
///
/// Its parameters are called `linear.weight`, [classes, inputs], and `linear.bias`.
public final class LinearCrossEntropyLoss: Module, Loss {
  /// The layer; `linear(x)` gives the logits.
  public let linear: Linear
  /// Weights, smoothing and reduction, as for logits.
  public let loss: CrossEntropyLoss

  /// The layer with PyTorch's initial weights and defaults.
  public init(
    _ inputs: Int, _ classes: Int, bias: Bool = false, loss: CrossEntropyLoss = CrossEntropyLoss(),
    dtype: DType = .float32, generator: Generator = .default
  ) {
    linear = Linear(inputs, classes, bias: bias, dtype: dtype, generator: generator)
    self.loss = loss
  }

  /// The loss of inputs, [batch, inputs], and targets, classes or probabilities: a scalar, or one number a sample.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    linearCrossEntropy(prediction, linear.weight, linear.bias, targets, loss: loss)
  }

  /// The logits.
  public override func forward(_ x: Tensor) -> Tensor { linear(x) }
}

/// `loss(linear(x, weight, bias), targets)`, in bands of samples whose logits alone are stored. As
/// `torch.nn.functional.linear_cross_entropy`.
///
/// - Parameters:
///   - x: [batch, inputs].
///   - weight: [classes, inputs].
///   - bias: [classes].
///   - targets: int64 classes, [batch], or probabilities, [batch, classes].
///   - loss: weights, ignored index, smoothing and reduction.
public func linearCrossEntropy(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, _ targets: Tensor,
  loss: CrossEntropyLoss = CrossEntropyLoss()
) -> Tensor {
  let arguments = LossArguments("linearCrossEntropy", x, name: "x")
  demand(
    x.shape.rank == 2 && weight.shape.rank == 2 && x.shape[1] == weight.shape[1],
    "linearCrossEntropy: x is of shape \(x.shape) and weight of shape \(weight.shape), must be [batch, inputs] and [classes, inputs]"
  )
  let (samples, classes) = (x.shape[0], weight.shape[0])
  arguments.alike("weight", weight, shape: [classes, x.shape[1]])
  if let bias { arguments.alike("bias", bias, shape: [classes]) }
  let isClasses = targets.dtype == .int64
  if isClasses {
    arguments.classes("targets", targets, shape: [samples])
    arguments.notDifferentiated("loss.weight", loss.weight)
  } else {
    arguments.alike("targets", targets, shape: [samples, classes])
  }
  let layout = ClassLayout(arguments, samples: samples, classes: classes, loss.weight)
  // Each sample of an unreduced loss may be given another upstream gradient: then the logits are needed again. So they are
  // for gradients by probabilities and their weights.
  let needsLogits =
    loss.reduction == .none && Tensor.records(x, weight, bias)
    || !isClasses && Tensor.records(targets, loss.weight)
  if needsLogits { return loss(linear(x, weight, bias), targets) }
  // The slopes below are those of the mean already.
  let evaluation = LossEvaluation(
    operation: .linearCrossEntropy, reduction: loss.reduction, values: [samples], scale: 1)
  return evaluation(
    x, weight, bias,
    kernel: { results in
      var settings = dsc_linear_cross_entropy()
      settings.loss.over = layout.classes(nil, isClasses ? targets : nil, loss.ignoreIndex, loss.reduction)
      settings.loss.over.dtype = x.dtype.c
      settings.loss.probabilities = isClasses ? nil : UnsafeRawPointer(targets.data)
      settings.loss.label_smoothing = loss.labelSmoothing
      settings.inputs = x.shape[1]
      (settings.x, settings.linear) = (UnsafeRawPointer(x.data), UnsafeRawPointer(weight.data))
      settings.linear_bias = bias.map { UnsafeRawPointer($0.data) }
      let workspace = Storage(bytes: dsc_linear_cross_entropy_workspace(x.dtype.c, samples, classes))
      settings.workspace = workspace.pointer
      return withExtendedLifetime(workspace) {
        dsc_linear_cross_entropy_run(nil, &settings, results.value, results.dx, results.dy, results.dz)
      }
    },
    slopes: {
      let inputs = [x, weight] + (bias.map { [$0] } ?? [])
      let found = BackwardPass.collect(
        root: loss(linear(x, weight, bias), targets), upstream: Tensor(1, dtype: x.dtype), targets: inputs,
        createsGraph: true, endsAtTargets: true)
      return (found[0], found[1], bias == nil ? nil : found[2])
    })
}
