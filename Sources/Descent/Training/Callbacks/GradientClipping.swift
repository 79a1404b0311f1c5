/// Limits the gradients of each step: see `Optimizer.setClipping`.
public final class GradientClipping: KeepsSteppedWeights {
  /// The limits of the norm of all gradients and of each one's size; nil for none.
  public let norm: Double?, value: Double?

  /// Limits; nil for none.
  public init(norm: Double? = nil, value: Double? = nil) { (self.norm, self.value) = (norm, value) }

  /// Sets them.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    try trainer.optimizer.setClipping(norm: norm, value: value)
  }
}
