/// How an epoch went.
public struct EpochRecord: Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// The mean over the epoch's samples, each measured before the step that it took part in.
  public var trainLoss: Double
  /// The mean over the test set; nil without one.
  public var testLoss: Double?
  /// The share of the test set that is classified correctly; nil without one, or without classes.
  public var testAccuracy: Double?
  /// Wall time of the training part, in seconds.
  public var seconds: Double

  /// A record of these.
  public init(epoch: Int, trainLoss: Double, testLoss: Double?, testAccuracy: Double?, seconds: Double) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.testLoss = testLoss
    self.testAccuracy = testAccuracy
    self.seconds = seconds
  }
}

/// A batch's loss against the number of samples seen until then.
public struct CurvePoint: Sendable, Equatable {
  /// Samples seen, this batch's included.
  public var samples: Int
  /// The batch's loss.
  public var loss: Double
}

/// What a training run has shown so far.
public struct History: Sendable, Equatable {
  /// One record an epoch.
  public var epochs: [EpochRecord] = []
  /// The loss of every hundredth batch, as in the lecture.
  public var curve: [CurvePoint] = []

  /// An empty history.
  public init() {}

  /// The epochs as CSV with a header line.
  public var csv: String {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let rows = epochs.map {
      "\($0.epoch),\($0.trainLoss),\(text($0.testLoss)),\(text($0.testAccuracy)),\($0.seconds)\n"
    }
    return "epoch,train_loss,test_loss,test_accuracy,seconds\n" + rows.joined()
  }
}
