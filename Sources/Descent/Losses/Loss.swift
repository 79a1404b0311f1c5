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

/// What a model's output is measured by: called with it and the targets, gives what to minimize.
///
/// Some losses take other tensors, as a triplet's three. Code that does not know which loss it has calls any of them with
/// a list: `loss([anchor, positive, negative])`.
public protocol Loss {
  /// The loss of a prediction. Stops the program if that is not what this loss takes.
  func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor

  /// The loss of what it takes, in the order of its own call: a prediction and targets, unless it says otherwise.
  func callAsFunction(_ inputs: [Tensor]) -> Tensor
}

extension Loss {
  /// The loss of a list of a prediction and targets.
  public func callAsFunction(_ inputs: [Tensor]) -> Tensor {
    demand(inputs.count == 2, "\(Self.self): \(inputs.count) tensors, must be a prediction and targets")
    return self(inputs[0], inputs[1])
  }
}

/// A loss of three tensors: of a triplet, of a pair and its label, or of targets, a mean and a variance.
public protocol LossOfThree: Loss {
  /// The loss of the three, in the order that PyTorch has them in.
  func callAsFunction(_ first: Tensor, _ second: Tensor, _ third: Tensor) -> Tensor
}

extension LossOfThree {
  /// The loss of a list of three.
  public func callAsFunction(_ inputs: [Tensor]) -> Tensor {
    demand(inputs.count == 3, "\(Self.self): \(inputs.count) tensors, must be 3")
    return self(inputs[0], inputs[1], inputs[2])
  }

  /// Stops the program: a prediction and targets are not enough.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    self([prediction, targets])
  }
}
