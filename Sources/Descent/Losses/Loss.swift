import CDescent

/// How the losses of a batch become one number.
public enum Reduction: String, Sendable, CaseIterable {
  /// They do not: one for each sample or element.
  case none
  /// Their mean.
  case mean
  /// Their sum.
  case sum

  var c: dsc_reduction {
    switch self {
    case .none: DSC_REDUCTION_NONE
    case .mean: DSC_REDUCTION_MEAN
    case .sum: DSC_REDUCTION_SUM
    }
  }
}

extension Reduction {
  /// Room for a loss's value, and for its gradient if one of the inputs will want it.
  func makeValueAndGradient(
    _ unreduced: Shape, _ input: Tensor, isRecorded: Bool
  ) -> (value: Tensor, gradient: Tensor?) {
    let shape = self == .none ? unreduced : Shape()
    guard isRecorded else { return (Tensor(uninitialized: shape, dtype: input.dtype), nil) }
    return Tensor.uninitializedPair(shape, input.shape, dtype: input.dtype)
  }
}

/// What a model's output is measured by: called with it and the targets, gives what to minimize.
public protocol Loss {
  /// The loss of a prediction.
  func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor
}
