/// Samples that are processed together.
public struct Batch {
  /// One row a sample.
  public let inputs: Tensor
  /// What the model should make of them: int64 classes, or numbers.
  public let targets: Tensor

  /// A batch of these.
  public init(inputs: Tensor, targets: Tensor) {
    self.inputs = inputs
    self.targets = targets
  }

  /// The number of samples.
  public var count: Int { inputs.shape.first ?? 1 }
}

/// Samples by number.
public protocol Dataset {
  /// How many there are.
  var count: Int { get }
  /// The samples of these numbers, each in `0..<count`, in this order.
  func batch(_ indices: ArraySlice<Int>) -> Batch
}
