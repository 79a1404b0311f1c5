/// An objective whose gradients are noisy, as those of mini-batches are: the values stay, and each element of each
/// gradient has a number from N(0, deviation^2) added. Every call draws anew.
///
///     let noisy = NoisyGradient(of: try Formula("x1^2 + 2 x2^2"), deviation: 1, generator: Generator(seed: 0))
///
/// The numbers are those that `torch.normal(0, deviation, (1,))` draws, element by element.
public struct NoisyGradient: Objective {
  /// Whose gradients they are.
  public let objective: any Objective
  /// The noise's standard deviation, >= 0.
  public let deviation: Double
  /// What it is drawn from.
  public let generator: Generator

  /// The objective with noise.
  public init(of objective: any Objective, deviation: Double, generator: Generator) {
    demand(
      deviation >= 0 && deviation.isFinite,
      "noise of standard deviation \(deviation), must be finite and not negative")
    (self.objective, self.deviation, self.generator) = (objective, deviation, generator)
  }

  /// The objective's name, and the noise.
  public var description: String { "\(objective) with gradient noise \(deviation.short)" }

  /// The value at x, with the noise in its gradient.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let noise = Tensor.randn(x.shape, dtype: x.dtype, generator: generator) * deviation
    // Nothing is added but to the derivative.
    return objective(x) + ((x - x.detached()) * noise).sum()
  }

  /// The objective's own.
  public func values(at points: [[Double]]) -> [Double] { objective.values(at: points) }
}
