extension Tensor {
  /// The one element, as a Double.
  ///
  /// - Precondition: there is exactly one.
  public func item() -> Double {
    demand(count == 1, "item() of a tensor of shape \(shape), which has \(count) elements")
    return element(0)
  }

  /// The elements, row by row.
  ///
  /// - Precondition: `type` is the tensor's own.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type) -> [Scalar] {
    Array(UnsafeBufferPointer(buffer(type)))
  }

  /// The elements, row by row, as Doubles whatever the type.
  public var doubles: [Double] { (0..<count).map(element) }

  /// Calls `body` with the elements' memory, row by row. What it writes is not recorded on the tape.
  public func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    storage.version &+= 1
    return try body(UnsafeMutableRawBufferPointer(start: data, count: count * dtype.size))
  }

  /// The element at these coordinates, as a Double.
  public subscript(coordinates: Int...) -> Double {
    demand(
      coordinates.count == shape.rank, "\(coordinates.count) coordinates for the shape \(shape)")
    var position = 0
    for (coordinate, extent) in zip(coordinates, shape) {
      demand(coordinate >= 0 && coordinate < extent, "element \(coordinates) of the shape \(shape)")
      position = position * extent + coordinate
    }
    return element(position)
  }

  /// A copy in another element type. No gradient flows through it.
  public func to(_ type: DType) -> Tensor {
    type == dtype ? self : Tensor(doubles, shape: shape, dtype: type)
  }

  func element(_ index: Int) -> Double {
    switch dtype {
    case .float32: Double(data.load(fromByteOffset: index * 4, as: Float.self))
    case .float64: data.load(fromByteOffset: index * 8, as: Double.self)
    case .int64: Double(data.load(fromByteOffset: index * 8, as: Int64.self))
    }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape, the type and the first elements.
  public var description: String {
    let most = 8
    let shown = (0..<min(count, most)).map { String(describing: element($0)) }.joined(separator: ", ")
    return "Tensor(shape: \(shape), \(dtype.rawValue), [\(shown)\(count > most ? ", ..." : "")])"
  }
}
