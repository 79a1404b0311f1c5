import CDescent

extension Tensor {
  /// The one element, as a Double.
  ///
  /// - Precondition: there is exactly one.
  public func item() -> Double {
    var value = Double.nan
    require(dsc_tensor_item(handle, &value))
    return value
  }

  /// The elements, row by row.
  ///
  /// - Precondition: `type` is the tensor's own.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type) -> [Scalar] {
    demand(type.dtype == dtype, "a \(dtype.rawValue) tensor read as \(type.dtype.rawValue)")
    return [Scalar](unsafeUninitializedCapacity: count) { buffer, count in
      require(dsc_tensor_copy_out(handle, buffer.baseAddress))
      count = self.count
    }
  }

  /// The elements, row by row, as Doubles whatever the type.
  public var doubles: [Double] { detached().to(.float64).scalars(as: Double.self) }

  /// Calls `body` with the elements' memory, row by row. What it writes is not recorded.
  ///
  /// - Precondition: the tensor is contiguous.
  public func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeMutableRawBufferPointer(start: mutableData, count: count * dtype.size))
  }

  /// Calls `body` with the elements' memory, row by row: of a view that is not contiguous, with a copy's.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let rows = contiguous()
    defer { withExtendedLifetime(rows) {} }
    return try body(UnsafeRawBufferPointer(start: rows.data, count: count * dtype.size))
  }

  /// Sets every element. What does not fit an int64 becomes the nearest, NaN 0; uint8 is taken modulo 256.
  public func fill(_ value: Double) { require(dsc_tensor_fill(handle, value)) }

  /// Sets every element to a draw from U[low, high), as `torch.Tensor.uniform_`.
  ///
  /// - Precondition: the tensor is contiguous.
  public func fillUniform(_ low: Double, _ high: Double, generator: Generator = .default) {
    require(generator.withState { dsc_random_uniform(&$0, dtype.c, count, low, high, mutableData) })
  }

  /// Sets every element to a draw from N(mean, deviation^2), as `torch.Tensor.normal_`.
  ///
  /// - Precondition: the tensor is contiguous.
  public func fillNormal(_ mean: Double, _ deviation: Double, generator: Generator = .default) {
    require(generator.withState { dsc_random_normal(&$0, dtype.c, count, mean, deviation, mutableData) })
  }

  /// Sets every element to those of a tensor of the same shape; the type may differ. Not recorded.
  public func copy(from other: Tensor) {
    demand(other.shape == shape, "copying shape \(other.shape) into shape \(shape)")
    require(dsc_tensor_assign(handle, other.handle))
  }

  /// The first element's address. The others follow where the tensor is contiguous.
  var data: UnsafeRawPointer { dsc_tensor_data(handle) }

  /// The same, to write to.
  var mutableData: UnsafeMutableRawPointer {
    demand(
      isContiguous, "the memory of a view of shape \(shape) that is not contiguous: call contiguous() first")
    return dsc_tensor_mutable_data(handle)
  }
}
