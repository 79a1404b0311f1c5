import CDescent

/// A tensor that training changes: a leaf that requires a gradient.
///
/// A property of this type makes a tensor one of its module's parameters.
public final class Parameter: Tensor {
  /// A gradient of some rows only, which steps use as it is: a sparse embedding's, or one that is set here, in place of
  /// `grad`. To ask for `grad` makes it dense; `zeroGrad()` forgets it.
  public var rowGradient: RowGradient? {
    get {
      var (rows, values): (OpaquePointer?, OpaquePointer?)
      require(dsc_tensor_row_gradient(handle, &rows, &values))
      guard let rows, let values else { return nil }
      return RowGradient(Tensor(owning: rows).scalars(as: Int64.self), Tensor(owning: values))
    }
    set {
      guard let newValue else { return require(dsc_tensor_set_row_gradient(handle, nil, nil)) }
      let rows = Tensor(newValue.rows)
      require(
        withExtendedLifetime((rows, newValue)) {
          dsc_tensor_set_row_gradient(handle, rows.handle, newValue.values.handle)
        })
    }
  }

  /// Whether there is a row gradient.
  var hasRowGradient: Bool { dsc_tensor_has_row_gradient(handle) }

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
