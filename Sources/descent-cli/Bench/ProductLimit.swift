import Descent

/// What products allow: so many additions and multiplications at the pace of a large matrix product.
struct ProductLimit {
  private let flops: Double
  private let a = Tensor.ones([768, 768])
  private let b = Tensor.ones([768, 768])

  /// A step of so many of them.
  init(flops: Double) { self.flops = flops }

  /// Seconds with all threads.
  func seconds() -> Double {
    let side = Double(a.shape[0])
    let seconds = bestSeconds(budget: 0.1, rounds: 2) { _ in _ = a.matmul(b) }
    return seconds * flops / (2 * side * side * side)
  }
}
