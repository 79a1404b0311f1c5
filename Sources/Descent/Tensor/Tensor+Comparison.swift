import CDescent

// Conditions, of type bool. Shapes broadcast; no gradient flows through them.
extension Tensor {
  /// Where both are equal.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { make { dsc_equal(a.handle, b.handle, $0) } }
  /// Where they differ, or one is NaN.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { make { dsc_not_equal(a.handle, b.handle, $0) } }
  /// Where `a` is less.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { make { dsc_less(a.handle, b.handle, $0) } }
  /// Where `a` is less, or both are equal.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { make { dsc_less_equal(a.handle, b.handle, $0) } }
  /// Where `a` is greater.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { make { dsc_greater(a.handle, b.handle, $0) } }
  /// Where `a` is greater, or both are equal.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    make { dsc_greater_equal(a.handle, b.handle, $0) }
  }

  /// Where elements equal a number.
  public static func .== (a: Tensor, b: Double) -> Tensor { a.comparable .== a.comparable.constant(b) }
  /// Where elements differ from a number.
  public static func .!= (a: Tensor, b: Double) -> Tensor { a.comparable .!= a.comparable.constant(b) }
  /// Where elements are less than a number.
  public static func .< (a: Tensor, b: Double) -> Tensor { a.comparable .< a.comparable.constant(b) }
  /// Where elements are at most a number.
  public static func .<= (a: Tensor, b: Double) -> Tensor { a.comparable .<= a.comparable.constant(b) }
  /// Where elements are greater than a number.
  public static func .> (a: Tensor, b: Double) -> Tensor { a.comparable .> a.comparable.constant(b) }
  /// Where elements are at least a number.
  public static func .>= (a: Tensor, b: Double) -> Tensor { a.comparable .>= a.comparable.constant(b) }

  /// What a number with a fraction may be compared with: whole numbers become float64.
  private var comparable: Tensor { dtype.isFloatingPoint ? self : to(.float64) }

  /// `a` where the condition is true, else `b`; all three broadcast. As `torch.where`.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    make { dsc_where(condition.handle, a.handle, b.handle, $0) }
  }

  /// The elements with a number where the condition is true, as `torch.Tensor.masked_fill`.
  public func filled(where condition: Tensor, with value: Double) -> Tensor {
    let filling = constant(value)
    demand(
      dtype.isFloatingPoint || filling.item() == value, "filled: \(dtype.rawValue) does not hold \(value)")
    return Tensor.where(condition, filling, self)
  }

  /// The opposite of conditions.
  public static prefix func .! (a: Tensor) -> Tensor { make { dsc_logical_not(a.handle, $0) } }
  /// Where both conditions hold.
  public static func .& (a: Tensor, b: Tensor) -> Tensor { make { dsc_logical_and(a.handle, b.handle, $0) } }
  /// Where either condition holds.
  public static func .| (a: Tensor, b: Tensor) -> Tensor { make { dsc_logical_or(a.handle, b.handle, $0) } }

  /// Where elements are NaN.
  public var isNaN: Tensor { Tensor.make { dsc_is_nan(handle, $0) } }
  /// Where elements are neither NaN nor infinite.
  public var isFinite: Tensor { Tensor.make { dsc_is_finite(handle, $0) } }
}
