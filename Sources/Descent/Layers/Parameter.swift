/// A tensor that training changes: a leaf that requires a gradient.
///
/// A property of this type makes a tensor one of its module's parameters.
public final class Parameter: Tensor {
  /// A gradient of some rows only, which steps use in place of `grad`; `zeroGrad()` forgets it.
  @exclusivity(unchecked) public var rowGradient: RowGradient? {
    didSet {
      guard let rowGradient else { return }
      demand(
        shape.rank > 0 && rowGradient.values.dtype == dtype && rowGradient.values.shape.rank == shape.rank
          && (1..<shape.rank).allSatisfy { rowGradient.values.shape[$0] == shape[$0] },
        "a row gradient of shape \(rowGradient.values.shape) for a parameter of shape \(shape)")
      hasGradient = false
    }
  }

  /// The optimizer that has it in its buffers, while there is one.
  weak var owner: OptimizerEngine?

  /// A parameter that starts with a copy of these numbers.
  public init(_ initial: Tensor) {
    let copy = initial.clone()
    super.init(storage: copy.storage, offset: copy.offset, shape: copy.shape, dtype: copy.dtype)
    isLeafWithGradient = true
  }

  /// A parameter with undefined contents.
  init(uninitializedParameter shape: Shape, dtype: DType) {
    super.init(
      storage: Storage(bytes: shape.byteCount(dtype)), offset: 0, shape: shape, dtype: dtype)
    isLeafWithGradient = true
  }

  /// Moves the numbers, and the gradient, to their places in flat buffers.
  func move(to values: Storage, gradients: Storage, offset newOffset: Int) {
    guard values !== storage || newOffset != offset else { return }
    let bytes = count * dtype.size
    (values.pointer + newOffset * dtype.size).copyMemory(from: data, byteCount: bytes)
    let view = Tensor(storage: gradients, offset: newOffset, shape: shape, dtype: dtype)
    if let grad { view.data.copyMemory(from: grad.data, byteCount: bytes) }
    move(to: values, offset: newOffset)
    gradientView = view
  }
}
