import CDescent

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable {
  /// Single precision: what models are trained in unless told otherwise.
  case float32
  /// Double precision.
  case float64
  /// Class indices, positions and other counts.
  case int64
  /// Bytes, as images have them.
  case uint8
  /// Conditions: what comparisons give.
  case bool
  /// Half precision. Only stored: convert it to compute.
  case float16
  /// The upper half of a float32. Only stored: convert it to compute.
  case bfloat16

  /// Bytes an element takes.
  public var size: Int { dsc_dtype_size(c) }

  /// Whether elements have fractions.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    case .int64, .uint8, .bool: false
    }
  }

  @inline(__always)
  var c: dsc_dtype {
    switch self {
    case .float32: DSC_FLOAT32
    case .float64: DSC_FLOAT64
    case .int64: DSC_INT64
    case .uint8: DSC_UINT8
    case .bool: DSC_BOOL
    case .float16: DSC_FLOAT16
    case .bfloat16: DSC_BFLOAT16
    }
  }

  @inline(__always)
  init(_ c: dsc_dtype) {
    switch c {
    case DSC_FLOAT32: self = .float32
    case DSC_FLOAT64: self = .float64
    case DSC_INT64: self = .int64
    case DSC_UINT8: self = .uint8
    case DSC_BOOL: self = .bool
    case DSC_FLOAT16: self = .float16
    default: self = .bfloat16
    }
  }
}

/// A Swift type that a tensor can hold.
public protocol TensorScalar: Sendable {
  /// The corresponding element type.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// float32
  public static var dtype: DType { .float32 }
}

extension Double: TensorScalar {
  /// float64
  public static var dtype: DType { .float64 }
}

extension Int64: TensorScalar {
  /// int64
  public static var dtype: DType { .int64 }
}

extension UInt8: TensorScalar {
  /// uint8
  public static var dtype: DType { .uint8 }
}

extension Bool: TensorScalar {
  /// bool
  public static var dtype: DType { .bool }
}
