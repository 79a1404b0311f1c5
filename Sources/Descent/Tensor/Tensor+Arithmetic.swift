import CDescent

// Elementwise arithmetic. Shapes must agree or broadcast as in NumPy and PyTorch.
extension Tensor {
  /// The elementwise sum.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    binary(DSC_ADD, a, b, .add).recorded(.add, a, b) { _, g, _ in
      (g.gradient(for: a), g.gradient(for: b), nil)
    }
  }

  /// The elementwise difference.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    binary(DSC_SUBTRACT, a, b, .subtract).recorded(.subtract, a, b) { _, g, _ in
      (g.gradient(for: a), b.requiresGrad ? (-g).gradient(for: b) : nil, nil)
    }
  }

  /// The elementwise product.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    binary(DSC_MULTIPLY, a, b, .multiply).recorded(.multiply, a, b) { _, g, _ in
      (
        a.requiresGrad ? (g * b).gradient(for: a) : nil,
        b.requiresGrad ? (g * a).gradient(for: b) : nil, nil
      )
    }
  }

  /// The elementwise quotient.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    binary(DSC_DIVIDE, a, b, .divide).recorded(.divide, a, b) { _, g, _ in
      (
        a.requiresGrad ? (g / b).gradient(for: a) : nil,
        b.requiresGrad ? (-g * (a / b / b)).gradient(for: b) : nil, nil
      )
    }
  }

  /// Elementwise `self` to the power of `exponent`. The exponent's gradient is 0 where the base is 0, as
  /// in PyTorch for exponents that are not negative.
  public func pow(_ exponent: Tensor) -> Tensor {
    let base = self
    return Tensor.binary(DSC_POWER, base, exponent, .power).recorded(.power, base, exponent) { _, g, _ in
      // The masks keep 0 * infinity out: x^-1 at 0 with the exponent 0, and log 0.
      let slope = { (exponent * base.pow(exponent - 1)).masked(by: exponent.isNonzero) }
      let logarithm = { (base.pow(exponent) * base.log()).masked(by: base.isNonzero) }
      return (
        base.requiresGrad ? (g * slope()).gradient(for: base) : nil,
        exponent.requiresGrad ? (g * logarithm()).gradient(for: exponent) : nil, nil
      )
    }
  }

  /// The larger of both, element by element; NaN where either is. Where they are equal each gets half of the
  /// gradient, as in PyTorch.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    binary(DSC_MAXIMUM, a, b, .maximum).recorded(.maximum, a, b) { _, g, _ in
      let (x, y) = (a.detached(), b.detached())
      let half = (x .== y) * 0.5
      return (
        a.requiresGrad ? (g * ((x .> y) + half)).gradient(for: a) : nil,
        b.requiresGrad ? (g * ((y .> x) + half)).gradient(for: b) : nil, nil
      )
    }
  }

  /// 1 where `a` is greater, else 0. No gradient flows through it.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { binary(DSC_GREATER, a, b, .subtract) }

  /// 1 where both are equal, else 0. No gradient flows through it. Also for int64 tensors of one shape; the
  /// result is float32 then.
  public static func .== (a: Tensor, b: Tensor) -> Tensor {
    guard a.dtype == .int64 else { return binary(DSC_EQUAL, a, b, .subtract) }
    demand(
      a.shape == b.shape && b.dtype == .int64,
      ".==: int64 of shape \(a.shape) and \(b.dtype.rawValue) of shape \(b.shape)")
    return Tensor(
      zip(a.buffer(Int64.self), b.buffer(Int64.self)).map { $0 == $1 ? Float(1) : 0 }, shape: a.shape)
  }

  /// The elements where `mask` is not 0; 0 elsewhere, whatever stands there. No gradient flows to the mask.
  func masked(by mask: Tensor) -> Tensor {
    let mask = mask.detached()
    return Tensor.binary(DSC_MASK, self, mask, .mask).recorded(.mask, self) { [self] _, g, _ in
      (g.masked(by: mask).gradient(for: self), nil, nil)
    }
  }

  /// 1 where the element is not 0, else 0.
  var isNonzero: Tensor { constant(1) - (detached() .== constant(0)) }
}

extension Tensor {
  /// A scalar of this tensor's type.
  func constant(_ value: Double) -> Tensor { Tensor(value, dtype: dtype) }

  /// A gradient of the output's shape, brought to an operand's; nil where none is wanted.
  func gradient(for operand: Tensor) -> Tensor? {
    operand.requiresGrad ? summed(to: operand.shape) : nil
  }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Double) -> Tensor { a + a.constant(b) }
  /// Adds a number to every element.
  public static func + (a: Double, b: Tensor) -> Tensor { b.constant(a) + b }
  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Double) -> Tensor { a - a.constant(b) }
  /// Subtracts every element from a number.
  public static func - (a: Double, b: Tensor) -> Tensor { b.constant(a) - b }
  /// Multiplies every element by a number.
  public static func * (a: Tensor, b: Double) -> Tensor { a * a.constant(b) }
  /// Multiplies every element by a number.
  public static func * (a: Double, b: Tensor) -> Tensor { b.constant(a) * b }
  /// Divides every element by a number.
  public static func / (a: Tensor, b: Double) -> Tensor { a / a.constant(b) }
  /// Divides a number by every element.
  public static func / (a: Double, b: Tensor) -> Tensor { b.constant(a) / b }
  /// Every element to the power of a number.
  public func pow(_ exponent: Double) -> Tensor { pow(constant(exponent)) }
}
