import CDescent
import Numerics

extension L1Loss {
  /// The absolute error |x - y| of complex numbers, as `torch.nn.L1Loss`: one number, or one each without a reduction.
  public func callAsFunction<Scalar: ComplexLossScalar>(
    _ prediction: [Complex<Scalar>], _ targets: [Complex<Scalar>]
  ) -> [Scalar] {
    valueAndGradient(prediction, targets).value
  }

  /// The loss and, in the same pass, its gradient by the prediction, in PyTorch's convention: (x - y) / |x - y|.
  public func valueAndGradient<Scalar: ComplexLossScalar>(
    _ prediction: [Complex<Scalar>], _ targets: [Complex<Scalar>]
  ) -> (value: [Scalar], gradient: [Complex<Scalar>]) {
    demand(
      prediction.count == targets.count, "L1Loss: \(prediction.count) predictions, \(targets.count) targets")
    var value = [Scalar](repeating: 0, count: reduction == .none ? prediction.count : 1)
    var gradient = [Complex<Scalar>](repeating: .zero, count: prediction.count)
    require(
      prediction.withUnsafeBytes { x in
        targets.withUnsafeBytes { y in
          value.withUnsafeMutableBytes { value in
            gradient.withUnsafeMutableBytes { gradient in
              dsc_complex_l1_run(
                nil, Scalar.complexLossType.c, prediction.count, x.baseAddress, y.baseAddress, reduction.c,
                value.baseAddress, gradient.baseAddress)
            }
          }
        }
      })
    return (value, gradient)
  }
}

/// The real types whose complex numbers have losses: Float and Double.
public protocol ComplexLossScalar: Real {
  /// The type of their parts.
  static var complexLossType: DType { get }
}

extension Float: ComplexLossScalar {
  /// float32
  public static var complexLossType: DType { .float32 }
}

extension Double: ComplexLossScalar {
  /// float64
  public static var complexLossType: DType { .float64 }
}
