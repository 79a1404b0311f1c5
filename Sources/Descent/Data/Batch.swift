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
