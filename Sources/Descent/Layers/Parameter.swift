/// A tensor that training changes: a leaf that requires a gradient.
///
/// A property of this type makes a tensor one of its module's parameters.
public final class Parameter: Tensor {
  /// A parameter that starts with a copy of these numbers.
  public init(_ initial: Tensor) {
    let copy = initial.clone()
    super.init(storage: copy.storage, offset: copy.offset, shape: copy.shape, dtype: copy.dtype)
    isLeafWithGradient = true
  }

  /// A parameter with undefined contents.
  init(uninitializedParameter shape: Shape, dtype: DType) {
    super.init(
      storage: Storage(bytes: shape.elementCount * dtype.size), offset: 0, shape: shape, dtype: dtype)
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
