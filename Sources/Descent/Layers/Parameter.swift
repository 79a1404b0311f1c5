import CDescent

/// A tensor that training changes: a leaf that requires a gradient.
///
/// A property of this type makes a tensor one of its module's parameters.
public final class Parameter: Tensor {
  /// A gradient of some rows only, which steps use in place of `grad`; `zeroGrad()` forgets it.
  @exclusivity(unchecked) public var rowGradient: RowGradient? {
    didSet {
      guard let rowGradient else { return }
      let values = rowGradient.values.shape
      demand(
        rank > 0 && rowGradient.values.dtype == dtype && values.rank == rank
          && (1..<rank).allSatisfy { values[$0] == shape[$0] },
        "a row gradient of shape \(values) for a parameter of shape \(shape)")
      grad = nil
    }
  }

  /// Takes over a reference, as every way of making one does in the end.
  override init(owning handle: OpaquePointer?) {
    super.init(owning: handle)
    requiresGrad = true
  }

  /// A parameter that starts with a copy of these numbers.
  public convenience init(_ initial: Tensor) {
    let copy = initial.detached().clone()
    self.init(retaining: copy.handle)
  }
}
