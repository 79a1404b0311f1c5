/// Where a training run stands after a batch.
public struct TrainingProgress: Sendable {
  /// The epoch, from 1, and how many are to be.
  public let epoch: Int, epochs: Int
  /// Batches done in this epoch, and how many there are; nil where that is not known.
  public let batch: Int, batches: Int?
  /// Samples done in this epoch, and how many there are; nil where that is not known.
  public let samples: Int, samplesInEpoch: Int?
  /// The batch's loss.
  public let loss: Double
  /// The mean loss of the epoch so far.
  public let meanLoss: Double
  /// Seconds spent on the epoch so far, by this process.
  public let seconds: Double
  /// Samples a second.
  public let rate: Double

  /// A state made of these.
  public init(
    epoch: Int, epochs: Int, batch: Int, batches: Int?, samples: Int, samplesInEpoch: Int?, loss: Double,
    meanLoss: Double, seconds: Double, rate: Double
  ) {
    (self.epoch, self.epochs, self.batch, self.batches) = (epoch, epochs, batch, batches)
    (self.samples, self.samplesInEpoch) = (samples, samplesInEpoch)
    (self.loss, self.meanLoss, self.seconds, self.rate) = (loss, meanLoss, seconds, rate)
  }
}

/// How often something is to happen in a run.
public enum TrainingInterval: Sendable, Equatable {
  /// After every so many of the optimizer's steps.
  case steps(Int)
  /// After every so many epochs.
  case epochs(Int)
  /// When so many seconds have passed since the last time.
  case seconds(Double)

  var isOfTime: Bool {
    if case .seconds = self { return true }
    return false
  }

  func check(_ what: String) throws(DescentError) {
    let isSound =
      switch self {
      case .steps(let count), .epochs(let count): count >= 1
      case .seconds(let seconds): seconds >= 0 && seconds.isFinite
      }
    guard isSound else { throw DescentError(.invalidArgument, "\(what): \(self), must be at least 1") }
  }
}
