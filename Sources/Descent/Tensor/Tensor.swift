import CDescent

/// A contiguous, row-major array of numbers that remembers how it was computed.
///
/// Tensors are references, as in PyTorch: `let b = a` names the same numbers. Results of operations on
/// tensors that require gradients carry a node of the tape, which `backward()` follows. A tensor and all that
/// share its tape belong to one thread at a time.
public class Tensor {
  @exclusivity(unchecked) private(set) var storage: Storage
  /// Where the elements start in the storage, in elements.
  @exclusivity(unchecked) private(set) var offset: Int
  /// The first element's address.
  @exclusivity(unchecked) private(set) var data: UnsafeMutableRawPointer
  /// The extent of each dimension.
  public let shape: Shape
  /// The type of the elements.
  @exclusivity(unchecked) public private(set) final var dtype: DType
  /// How the tensor was computed; nil for leaves.
  @exclusivity(unchecked) var node: Node?
  /// Whether gradients are wanted of a leaf.
  @exclusivity(unchecked) var isLeafWithGradient = false
  /// Where the gradient of a leaf is kept; valid only while `hasGradient`.
  @exclusivity(unchecked) var gradientView: Tensor?
  @exclusivity(unchecked) var hasGradient = false
  /// Whether a leaf that is given this as its gradient may keep it instead of a copy: nobody else will use it.
  @exclusivity(unchecked) var isGivenAway = false
  /// The same gradient with the graph that it was computed by, after a backward pass that creates one.
  @exclusivity(unchecked) var recordedGradient: Tensor?

  init(storage: Storage, offset: Int, shape: Shape, dtype: DType) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.dtype = dtype
    data = storage.pointer + offset * dtype.size
  }

  /// A tensor with undefined contents.
  init(uninitialized shape: Shape, dtype: DType) {
    storage = Storage(bytes: shape.byteCount(dtype))
    offset = 0
    self.shape = shape
    self.dtype = dtype
    data = storage.pointer
  }

  /// Two tensors with undefined contents in one block of memory, which costs half as much to get.
  static func uninitializedPair(_ first: Shape, _ second: Shape, dtype: DType) -> (Tensor, Tensor) {
    let place = (first.elementCount + 15) & ~15
    let storage = Storage(bytes: (place + second.elementCount) * dtype.size)
    return (
      Tensor(storage: storage, offset: 0, shape: first, dtype: dtype),
      Tensor(storage: storage, offset: place, shape: second, dtype: dtype)
    )
  }

  /// The number of elements.
  public var count: Int { shape.elementCount }

  /// Whether a backward pass reaches this tensor.
  public var requiresGrad: Bool {
    get { node != nil || isLeafWithGradient }
    set {
      demand(node == nil, "requiresGrad can be set on leaves only; use detached()")
      demand(dtype.isFloatingPoint || !newValue, "only floating-point tensors have gradients")
      isLeafWithGradient = newValue
    }
  }

  /// The gradient that backward passes have added up for this leaf; nil before the first, and after
  /// `zeroGrad()`.
  public var grad: Tensor? {
    get { hasGradient ? recordedGradient ?? gradientView : nil }
    set {
      guard let newValue else {
        hasGradient = false
        return
      }
      demand(
        newValue.shape == shape && newValue.dtype == dtype,
        "a gradient of shape \(newValue.shape) for a tensor of shape \(shape)")
      hasGradient = false
      accumulateGradient(newValue)
    }
  }

  /// The same numbers without the tape: no gradient flows through the result. Shares the memory.
  public func detached() -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, dtype: dtype)
  }

  /// The same numbers as a new leaf, in memory of its own.
  public func clone() -> Tensor {
    let copy = Tensor(uninitialized: shape, dtype: dtype)
    copy.data.copyMemory(from: data, byteCount: count * dtype.size)
    return copy
  }

  /// Takes the place and the type of a tensor of the same shape.
  func become(_ other: Tensor) {
    dtype = other.dtype
    move(to: other.storage, offset: other.offset)
  }

  /// Views other memory, which holds the same numbers.
  func move(to storage: Storage, offset: Int) {
    self.storage = storage
    self.offset = offset
    data = storage.pointer + offset * dtype.size
  }
}
