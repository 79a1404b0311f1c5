/// How far mini-batches' gradients lie from the gradient over all samples.
///
/// With the single samples' standard deviation sigma, the root of the mean of |g_i - g|^2, a batch of b that are drawn with
/// replacement has sigma / sqrt(b); without replacement that is multiplied by sqrt((n - b) / (n - 1)), as a batch of all n
/// samples has the gradient itself. Zhang, Lipton, Li and Smola, Dive into Deep Learning, "Minibatch Stochastic Gradient
/// Descent".
public struct GradientNoise {
  /// n
  public let samples: Int
  /// |g|: the length of the gradient over all samples.
  public let length: Double
  /// sigma
  public let deviation: Double
  private let mean: Tensor
  private let gradient: ([Int]) throws(DescentError) -> Tensor

  /// Computes the gradients of all samples, one by one.
  ///
  /// - Parameters:
  ///   - parameters: what the gradients are taken by.
  ///   - samples: how many there are, at least 1.
  ///   - loss: the mean loss of the samples of these numbers.
  public init(
    of parameters: [Parameter], samples: Int, loss: @escaping ([Int]) throws(DescentError) -> Tensor
  ) throws(DescentError) {
    demand(samples >= 1, "the gradients of \(samples) samples")
    let gradient = { (indices: [Int]) throws(DescentError) -> Tensor in
      let parts = gradients(of: try loss(indices), at: parameters)
      return Tensor.cat(parts.map { $0.detached().reshaped([$0.count]).to(.float64) })
    }
    var (sum, squares) = (try gradient([0]), 0.0)
    squares = sum.square().sum().item()
    for index in 1..<max(samples, 1) {
      let one = try gradient([index])
      squares += one.square().sum().item()
      sum = sum + one
    }
    (self.samples, self.gradient, mean) = (samples, gradient, sum / Double(samples))
    let square = mean.square().sum().item()
    length = square.squareRoot()
    deviation = max(0, squares / Double(samples) - square).squareRoot()
  }

  /// The standard deviation that batches of this size have.
  public func expected(batch: Int, replacement: Bool) -> Double {
    let independent = deviation / Double(batch).squareRoot()
    guard !replacement else { return independent }
    return samples == 1 ? 0 : independent * (Double(samples - batch) / Double(samples - 1)).squareRoot()
  }

  /// The root of the mean of |g_B - g|^2 over so many batches.
  ///
  /// - Precondition: without replacement a batch is no larger than all samples.
  public func measured(
    batch: Int, replacement: Bool, repeats: Int, generator: Generator
  ) throws(DescentError) -> Double {
    demand(
      batch >= 1 && repeats >= 1 && (replacement || batch <= samples),
      "\(repeats) batches of \(batch) from \(samples) samples")
    let sampler = try RandomSampler(replacement: replacement, samples: batch)
    var squares = 0.0
    for epoch in 0..<repeats {
      let order = sampler.order(of: samples, epoch: epoch, generator: generator)
      squares += (try gradient(order) - mean).square().sum().item()
    }
    return (squares / Double(repeats)).squareRoot()
  }
}
