/// Ends a run after some time: what is done until then stays, and can be gone on from.
public final class TimeLimit: KeepsSteppedWeights {
  /// The seconds that `fit` may take.
  public let seconds: Double
  private let clock = ContinuousClock()
  private var start = ContinuousClock.now

  /// A limit in seconds.
  public init(seconds: Double) { self.seconds = seconds }

  /// Starts the clock.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard seconds >= 0 else {
      throw DescentError(.invalidArgument, "TimeLimit: \(seconds) seconds, must not be negative")
    }
    start = clock.now
  }

  /// Looks at it.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    look(trainer)
  }

  /// Looks at it after the validation too.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) { look(trainer) }

  private func look(_ trainer: Trainer) {
    if (clock.now - start).seconds >= seconds { trainer.stop("the time limit of \(seconds) s is over") }
  }
}
