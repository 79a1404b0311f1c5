import CDescent

extension Tensor {
  /// A tensor of these numbers, row by row.
  ///
  /// - Precondition: there are as many as the shape has elements.
  public convenience init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: Shape) {
    demand(
      scalars.count == shape.elementCount,
      "\(scalars.count) numbers for the shape \(shape) of \(shape.elementCount)")
    self.init(uninitialized: shape, dtype: Scalar.dtype)
    scalars.withUnsafeBytes {
      if let base = $0.baseAddress { data.copyMemory(from: base, byteCount: $0.count) }
    }
  }

  /// A vector of these numbers.
  public convenience init<Scalar: TensorScalar>(_ scalars: [Scalar]) {
    self.init(scalars, shape: [scalars.count])
  }

  /// A vector of float32 numbers: `Tensor([1, 2, 3])`.
  @_disfavoredOverload
  public convenience init(_ scalars: [Double], shape: Shape? = nil, dtype: DType) {
    switch dtype {
    case .float32: self.init(scalars.map(Float.init), shape: shape ?? [scalars.count])
    case .float64: self.init(scalars, shape: shape ?? [scalars.count])
    case .int64: self.init(scalars.map(Int64.init(whole:)), shape: shape ?? [scalars.count])
    }
  }

  /// A vector of class indices.
  public convenience init(classes: [Int]) {
    self.init(classes.map(Int64.init), shape: [classes.count])
  }

  /// A scalar.
  public convenience init(_ value: Double, dtype: DType = .float32) {
    self.init(uninitialized: Shape(), dtype: dtype)
    fill(value)
  }

  /// All elements the same.
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    let tensor = Tensor(uninitialized: shape, dtype: dtype)
    tensor.fill(value)
    return tensor
  }

  /// All elements 0.
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    full(shape, 0, dtype: dtype)
  }

  /// All elements 1.
  public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    full(shape, 1, dtype: dtype)
  }

  /// 0, 1, 2, ... up to `count`, without it.
  public static func arange(_ count: Int, dtype: DType = .float32) -> Tensor {
    demand(count >= 0, "arange(\(count)): the count must not be negative")
    return Tensor((0..<count).map(Double.init), dtype: dtype)
  }

  /// Numbers from U[0, 1), drawn as `torch.rand` draws them.
  public static func rand(_ shape: Shape, dtype: DType = .float32, generator: Generator = .default) -> Tensor
  {
    let tensor = Tensor(uninitialized: shape, dtype: dtype)
    tensor.fillUniform(0, 1, generator: generator)
    return tensor
  }

  /// Numbers from N(0, 1), drawn as `torch.randn` draws them.
  public static func randn(_ shape: Shape, dtype: DType = .float32, generator: Generator = .default) -> Tensor
  {
    let tensor = Tensor(uninitialized: shape, dtype: dtype)
    tensor.fillNormal(0, 1, generator: generator)
    return tensor
  }

  /// A random order of `0..<count` as int64, as `torch.randperm`.
  public static func randperm(_ count: Int, generator: Generator = .default) -> Tensor {
    Tensor(generator.permutation(count).map(Int64.init))
  }

  /// Sets every element.
  public func fill(_ value: Double) {
    storage.version &+= 1
    switch dtype {
    case .float32: buffer(Float.self).update(repeating: Float(value))
    case .float64: buffer(Double.self).update(repeating: value)
    case .int64: buffer(Int64.self).update(repeating: Int64(whole: value))
    }
  }

  /// Sets every element to a draw from U[low, high), as `torch.Tensor.uniform_`.
  public func fillUniform(_ low: Double, _ high: Double, generator: Generator = .default) {
    storage.version &+= 1
    require(generator.withState { dsc_random_uniform(&$0, dtype.c, count, low, high, data) })
  }

  /// Sets every element to a draw from N(mean, deviation^2), as `torch.Tensor.normal_`.
  public func fillNormal(_ mean: Double, _ deviation: Double, generator: Generator = .default) {
    storage.version &+= 1
    require(generator.withState { dsc_random_normal(&$0, dtype.c, count, mean, deviation, data) })
  }

  /// Sets every element to those of a tensor of the same shape; the type may differ.
  public func copy(from other: Tensor) {
    demand(other.shape == shape, "copying shape \(other.shape) into shape \(shape)")
    storage.version &+= 1
    let source = other.dtype == dtype ? other : other.to(dtype)
    data.copyMemory(from: source.data, byteCount: count * dtype.size)
  }

  func buffer<Scalar: TensorScalar>(_ type: Scalar.Type) -> UnsafeMutableBufferPointer<Scalar> {
    demand(type.dtype == dtype, "a \(dtype) tensor read as \(type.dtype)")
    return UnsafeMutableBufferPointer(start: data.assumingMemoryBound(to: type), count: count)
  }
}

extension Int64 {
  /// A number without its fraction, as PyTorch converts it. NaN and what is too large are refused: PyTorch makes
  /// anything of them.
  fileprivate init(whole value: Double) {
    let converted = Int64(exactly: value.rounded(.towardZero))
    demand(converted != nil, "\(value) as an int64")
    self = converted ?? 0
  }
}
