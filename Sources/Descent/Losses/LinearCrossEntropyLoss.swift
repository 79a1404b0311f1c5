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
  loss.withOptions { options in
    Tensor.make {
      dsc_linear_cross_entropy_loss(x.handle, weight.handle, bias?.handle, targets.handle, options, $0)
    }
  }
}
