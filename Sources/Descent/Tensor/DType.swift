import CDescent

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable {
  case float32
  case float64
  /// Class indices and other counts; takes part in no arithmetic.
  case int64

  /// Bytes an element takes.
  public var size: Int { self == .float32 ? 4 : 8 }

  /// Whether arithmetic and derivatives are defined.
  public var isFloatingPoint: Bool { self != .int64 }

  var c: dsc_dtype {
    demand(isFloatingPoint, "\(rawValue) tensors take no part in arithmetic")
    return self == .float32 ? DSC_FLOAT32 : DSC_FLOAT64
  }
}

/// A Swift type that a tensor can hold.
public protocol TensorScalar: Sendable {
  /// The corresponding element type.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// The corresponding element type.
  public static var dtype: DType { .float32 }
}

extension Double: TensorScalar {
  /// The corresponding element type.
  public static var dtype: DType { .float64 }
}

extension Int64: TensorScalar {
  /// The corresponding element type.
  public static var dtype: DType { .int64 }
}
