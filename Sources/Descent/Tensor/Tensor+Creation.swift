import CDescent

extension Tensor {
  /// A tensor of these numbers, row by row, of their type.
  ///
  /// - Precondition: there are as many as the shape has elements.
  @_disfavoredOverload
  public convenience init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: Shape? = nil) {
    let shape = shape ?? [scalars.count]
    demand(
      scalars.count == shape.elementCount,
      "\(scalars.count) numbers for the shape \(shape) of \(shape.elementCount)")
    var result: OpaquePointer?
    require(
      scalars.withUnsafeBytes { bytes in
        shape.withExtents {
          dsc_tensor_copy_in(Context.currentHandle, Scalar.dtype.c, $0, $1, bytes.baseAddress, &result)
        }
      })
    self.init(owning: result)
  }

  /// Numbers as they are written, of type float32 unless another is named: `Tensor([1, 2, 3])`, or a matrix,
  /// `Tensor([[1, 2], [3, 4]])`.
  ///
  /// - Parameters:
  ///   - literal: numbers, or lists of equal lengths.
  ///   - shape: another shape for as many numbers.
  public convenience init(_ literal: TensorLiteral, shape: Shape? = nil, dtype: DType = .float32) {
    self.init(literal.numbers, shape: shape ?? Shape(literal.extents), dtype: dtype)
  }

  /// These numbers in a type.
  ///
  /// - Precondition: for a type of whole numbers, that they fit. Fractions are cut off, as PyTorch does.
  @_disfavoredOverload
  public convenience init(_ scalars: [Double], shape: Shape? = nil, dtype: DType) {
    switch dtype {
    case .float32: self.init(scalars.map(Float.init), shape: shape)
    case .float64: self.init(scalars, shape: shape)
    case .int64: self.init(scalars.map(Int64.init(whole:)), shape: shape)
    case .uint8, .bool, .float16, .bfloat16:
      let converted = Tensor(scalars, shape: shape).to(dtype)
      self.init(retaining: converted.handle)
    }
  }

  /// A vector of class indices.
  public convenience init(classes: [Int]) {
    self.init(classes.map(Int64.init), shape: [classes.count])
  }

  /// A scalar.
  public convenience init(_ value: Double, dtype: DType = .float32) {
    var result: OpaquePointer?
    require(dsc_tensor_full(Context.currentHandle, dtype.c, 0, nil, value, &result))
    self.init(owning: result)
  }

  /// All elements the same.
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    make { result in
      shape.withExtents { dsc_tensor_full(Context.currentHandle, dtype.c, $0, $1, value, result) }
    }
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
    make { result in
      generator.withState { state in
        shape.withExtents { dsc_tensor_uniform(Context.currentHandle, dtype.c, $0, $1, &state, 0, 1, result) }
      }
    }
  }

  /// Numbers from N(0, 1), drawn as `torch.randn` draws them.
  public static func randn(_ shape: Shape, dtype: DType = .float32, generator: Generator = .default) -> Tensor
  {
    make { result in
      generator.withState { state in
        shape.withExtents { dsc_tensor_normal(Context.currentHandle, dtype.c, $0, $1, &state, 0, 1, result) }
      }
    }
  }

  /// A random order of `0..<count` as int64, as `torch.randperm`.
  public static func randperm(_ count: Int, generator: Generator = .default) -> Tensor {
    Tensor(generator.permutation(count).map(Int64.init))
  }

  /// A scalar of this tensor's type.
  func constant(_ value: Double) -> Tensor { Tensor(value, dtype: dtype) }
}

/// Numbers written in source: one, or lists of lists of equal lengths.
public struct TensorLiteral: ExpressibleByArrayLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
  let numbers: [Double]
  let extents: [Int]

  /// One number.
  public init(floatLiteral value: Double) { (numbers, extents) = ([value], []) }

  /// One number.
  ///
  /// - Precondition: a Double holds it: above 2^53 in size, write an array of Int64.
  public init(integerLiteral value: Int) {
    demand(Double(exactly: value) != nil, "\(value) is no Double: write it as an Int64")
    (numbers, extents) = ([Double(value)], [])
  }

  /// A list.
  ///
  /// - Precondition: its parts have one shape.
  public init(arrayLiteral parts: TensorLiteral...) {
    for part in parts.dropFirst() {
      demand(
        part.extents == parts[0].extents,
        "a list of parts of shapes \(Shape(parts[0].extents)) and \(Shape(part.extents)): they must agree")
    }
    numbers = parts.flatMap(\.numbers)
    extents = [parts.count] + (parts.first?.extents ?? [])
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
