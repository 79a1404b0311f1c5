import Foundation

/// Probabilities of tests.
enum Distributions {
  /// P(|Z| >= |z|) of a standard normal Z.
  static func normalTails(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

  /// P(|T| >= |t|) of Student's T.
  static func studentTails(_ t: Double, _ degrees: Double) -> Double {
    guard !t.isNaN, degrees > 0 else { return .nan }
    return regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
  static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side of the mean.
    if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
    let scale = Foundation.exp(
      lgamma(a + b) - lgamma(a) - lgamma(b) + a * Foundation.log(x) + b * log1p(-x))
    // From the back: the terms' number grows with the root of the larger parameter.
    let terms = 60 + Int(3 * max(a, b).squareRoot())
    var tail = 1.0
    for n in stride(from: terms, through: 1, by: -1) {
      let m = Double(n / 2)
      let d =
        n % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      tail = 1 + d / tail
    }
    return scale / (a * tail)
  }
}
