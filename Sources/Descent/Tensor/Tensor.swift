import CDescent

/// Numbers of one type in up to eight dimensions, which remember how they were computed.
///
/// Tensors are references, as in PyTorch: `let b = a` names the same numbers, and a view (`reshaped`, `transposed`,
/// `a[0..<2]`) shares them. Results of operations on tensors that require gradients are recorded, and `backward()`
/// follows the record. A tensor and all that share its record belong to one thread at a time.
///
/// Everything is the C core's `dsc_tensor`: this is its face. Operations stop the program where shapes or types do not
/// fit, with a sentence that shows both.
public class Tensor {
  /// The tensor in C: one reference to it is this object's.
  let handle: OpaquePointer

  /// Takes over a reference; nil: what was to make it was refused.
  @inline(__always)
  init(owning handle: OpaquePointer?) { self.handle = handle ?? Refusals.placeholder() }

  deinit { dsc_tensor_release(handle) }

  /// What a C function makes. Stops where it refuses.
  @inline(__always)
  static func make(
    file: StaticString = #fileID, line: UInt = #line,
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> dsc_status
  ) -> Tensor {
    var result: OpaquePointer?
    require(body(&result), file: file, line: line)
    return Tensor(owning: result)
  }

  /// A tensor with undefined contents.
  convenience init(uninitialized shape: Shape, dtype: DType) {
    var result: OpaquePointer?
    require(shape.withExtents { dsc_tensor_empty(Context.currentHandle, dtype.c, $0, $1, &result) })
    self.init(owning: result)
  }

  // MARK: What it is

  /// The extent of each dimension.
  public var shape: Shape { Shape(rank: rank, extents: dsc_tensor_shape(handle)) }

  /// The number of dimensions.
  public var rank: Int { dsc_tensor_rank(handle) }

  /// How many elements lie between neighbours along each dimension. A dimension that is repeated has 0.
  public var strides: [Int] { Array(UnsafeBufferPointer(start: dsc_tensor_strides(handle), count: rank)) }

  /// Whether the elements lie row by row, without gaps.
  public var isContiguous: Bool { dsc_tensor_is_contiguous(handle) }

  /// The type of the elements.
  public var dtype: DType { DType(dsc_tensor_dtype(handle)) }

  /// The number of elements.
  public var count: Int { dsc_tensor_count(handle) }

  // MARK: Gradients

  /// Whether a backward pass reaches this tensor. Setting it is for leaves, which nothing computed.
  public var requiresGrad: Bool {
    get { dsc_tensor_requires_grad(handle) }
    set { require(dsc_tensor_set_requires_grad(handle, newValue)) }
  }

  /// The gradient that backward passes have added up for this leaf; nil before the first, and after `zeroGrad()`.
  ///
  /// The next pass adds to it in place: clone what is to stay.
  public var grad: Tensor? {
    get {
      if let found = dsc_tensor_grad(handle) { return Tensor(owning: found) }
      if hasGrad { Memory.exhausted(Refusals.lastSentence) }
      return nil
    }
    set { require(dsc_tensor_set_grad(handle, newValue?.handle)) }
  }

  /// Whether there is a gradient.
  var hasGrad: Bool { dsc_tensor_has_grad(handle) }

  /// The same numbers without the record: no gradient flows through the result. Shares the memory.
  public func detached() -> Tensor { Tensor.make { dsc_tensor_detach(handle, $0) } }
}
