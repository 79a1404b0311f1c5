/// Goes on with another rule after some epochs: Adam to get near quickly, then SGD, say.
///
///     OptimizerHandOver(to: SGD(learningRate: 0.01, momentum: 0.9), afterEpochs: 5)
///
/// The rule begins with a state of its own; see `Optimizer.handOver(to:)`.
public final class OptimizerHandOver: KeepsSteppedWeights {
  /// What takes over.
  public let rule: any OptimizerRule
  /// How many epochs come before.
  public let epochs: Int

  /// A hand-over after so many epochs.
  public init(to rule: any OptimizerRule, afterEpochs epochs: Int) {
    (self.rule, self.epochs) = (rule, epochs)
  }

  /// Checks the rule where it is not too late.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard epochs >= 0 else {
      throw DescentError(.invalidArgument, "OptimizerHandOver: after \(epochs) epochs, must not be negative")
    }
    _ = try Optimizer([], rule)
  }

  /// Hands over when it is time.
  public func epochWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard trainer.completedEpochs >= epochs, trainer.optimizer.handedOverRule == nil else { return }
    try trainer.optimizer.handOver(to: rule)
  }
}
