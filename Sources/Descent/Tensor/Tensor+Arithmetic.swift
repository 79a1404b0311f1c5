import CDescent

// Element by element. Shapes must agree or broadcast as in NumPy and PyTorch; types must agree.
extension Tensor {
  /// The elementwise sum.
  public static func + (a: Tensor, b: Tensor) -> Tensor { make { dsc_add(a.handle, b.handle, $0) } }

  /// The elementwise difference.
  public static func - (a: Tensor, b: Tensor) -> Tensor { make { dsc_subtract(a.handle, b.handle, $0) } }

  /// The elementwise product.
  public static func * (a: Tensor, b: Tensor) -> Tensor { make { dsc_multiply(a.handle, b.handle, $0) } }

  /// The elementwise quotient.
  public static func / (a: Tensor, b: Tensor) -> Tensor { make { dsc_divide(a.handle, b.handle, $0) } }

  /// Elementwise `self` to the power of `exponent`. The exponent's gradient is 0 where the base is 0, as in PyTorch for
  /// exponents that are not negative.
  public func pow(_ exponent: Tensor) -> Tensor { Tensor.make { dsc_power(handle, exponent.handle, $0) } }

  /// The larger of both, element by element; NaN where either is. Where they are equal each gets half of the gradient,
  /// as in PyTorch.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    make { dsc_maximum(a.handle, b.handle, $0) }
  }

  /// The smaller of both, likewise.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    make { dsc_minimum(a.handle, b.handle, $0) }
  }
}

// With a number, which counts as one of the tensor's type.
extension Tensor {
  /// scale * x + offset, in one pass.
  private func affine(_ scale: Double, _ offset: Double) -> Tensor {
    Tensor.make { dsc_affine(handle, scale, offset, $0) }
  }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Double) -> Tensor { a.affine(1, b) }
  /// Adds a number to every element.
  public static func + (a: Double, b: Tensor) -> Tensor { b.affine(1, a) }
  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Double) -> Tensor { a.affine(1, -b) }
  /// Subtracts every element from a number.
  public static func - (a: Double, b: Tensor) -> Tensor { b.affine(-1, a) }
  /// Multiplies every element by a number.
  public static func * (a: Tensor, b: Double) -> Tensor { a.affine(b, -0.0) }  // 0 would make 0 of -0
  /// Multiplies every element by a number.
  public static func * (a: Double, b: Tensor) -> Tensor { b.affine(a, -0.0) }
  /// Divides every element by a number.
  public static func / (a: Tensor, b: Double) -> Tensor { a / a.constant(b) }
  /// Divides a number by every element.
  public static func / (a: Double, b: Tensor) -> Tensor { b.constant(a) / b }
  /// Every element to the power of a number.
  public func pow(_ exponent: Double) -> Tensor { pow(constant(exponent)) }
}
