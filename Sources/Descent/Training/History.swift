import CDescent
import Foundation

/// How an epoch went.
public struct EpochRecord: Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// Samples seen by the run until the epoch's end.
  public var samples: Int
  /// The mean over the epoch's samples, each measured before the step that it took part in.
  public var trainLoss: Double
  /// The metrics of the same predictions, by name.
  public var trainMetrics: [String: Double]
  /// The mean over the validation set; nil without one.
  public var validationLoss: Double?
  /// The metrics of the validation set, by name.
  public var validationMetrics: [String: Double]
  /// The first group's rate at the epoch's end.
  public var learningRate: Double
  /// Wall time of the training part, in seconds.
  public var seconds: Double

  /// A record of these.
  public init(
    epoch: Int, samples: Int = 0, trainLoss: Double, trainMetrics: [String: Double] = [:],
    validationLoss: Double? = nil,
    validationMetrics: [String: Double] = [:], learningRate: Double = .nan, seconds: Double = 0
  ) {
    (self.epoch, self.samples) = (epoch, samples)
    (self.trainLoss, self.trainMetrics) = (trainLoss, trainMetrics)
    (self.validationLoss, self.validationMetrics) = (validationLoss, validationMetrics)
    (self.learningRate, self.seconds) = (learningRate, seconds)
  }

  /// A number by its name in `History.columns`: "train_loss", "validation_accuracy", ...; nil where there is none.
  public subscript(_ column: String) -> Double? {
    switch column {
    case "epoch": return Double(epoch)
    case "samples": return Double(samples)
    case "train_loss": return trainLoss
    case "validation_loss": return validationLoss
    case "learning_rate": return learningRate
    case "seconds": return seconds
    default:
      if column.hasPrefix(Self.training) {
        return trainMetrics[String(column.dropFirst(Self.training.count))]
      }
      guard column.hasPrefix(Self.validation) else { return nil }
      return validationMetrics[String(column.dropFirst(Self.validation.count))]
    }
  }

  static let training = "train_", validation = "validation_"
}

/// A batch's loss against the number of samples seen until then.
public struct CurvePoint: Sendable, Equatable {
  /// Samples seen, this batch's included.
  public var samples: Int
  /// The batch's loss.
  public var loss: Double
  /// The first group's rate at this batch.
  public var learningRate: Double
}

/// What a training run has shown so far.
public struct History: Sendable, Equatable {
  /// One record an epoch.
  public var epochs: [EpochRecord] = []
  /// The loss of every hundredth batch, as in the lecture.
  public var curve: [CurvePoint] = []
  /// The names of the metrics, in the order in which they were given.
  public internal(set) var metricNames: [String] = []

  /// An empty history.
  public init() {}

  /// What there is of each epoch, by the names that files, charts and `EpochRecord`'s subscript have: the loss and the
  /// metrics of the training, those of the validation, the rate and the time.
  public var columns: [String] { Self.columns(metrics: metricNames) }

  /// The columns of a run with metrics of these names.
  package static func columns(metrics: [String]) -> [String] {
    func part(_ prefix: String) -> [String] { (["loss"] + metrics).map { prefix + $0 } }
    return ["epoch", "samples"] + part(EpochRecord.training) + part(EpochRecord.validation) + [
      "learning_rate", "seconds",
    ]
  }

  /// A column's number for each epoch.
  public func values(_ column: String) -> [Double?] { epochs.map { $0[column] } }

  /// The epochs as CSV with a header line.
  public var csv: String {
    let columns = columns
    let rows = epochs.map { record in
      columns.map { column in
        Self.text(record, column) ?? ""
      }.joined(separator: ",") + "\n"
    }
    return columns.joined(separator: ",") + "\n" + rows.joined()
  }

  /// An epoch as a JSON object, without what there is not; what is not finite is null.
  public func json(_ record: EpochRecord) -> String {
    let fields = columns.compactMap { column -> String? in
      guard let value = record[column], let text = Self.text(record, column) else { return nil }
      return "\(Self.quoted(column)):\(value.isFinite ? text : "null")"
    }
    return "{\(fields.joined(separator: ","))}"
  }

  /// A number of an epoch; whole ones without a point.
  private static func text(_ record: EpochRecord, _ column: String) -> String? {
    switch column {
    case "epoch": "\(record.epoch)"
    case "samples": "\(record.samples)"
    default: record[column].map { "\($0.isNaN ? .nan : $0)" }
    }
  }

  private static func quoted(_ text: String) -> String {
    let data = try? JSONEncoder().encode(text)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}

extension History {
  /// The curve, smoothed: each point mostly the ones before it.
  ///
  /// - Parameter keep: how much of the smoothed value stays from point to point.
  /// - Precondition: `keep` lies in [0, 1).
  public func smoothedCurve(keep: Double = 0.8) -> [CurvePoint] {
    var losses = curve.map(\.loss)
    require(dsc_smooth(losses.count, keep, losses, &losses))
    return zip(curve, losses).map {
      CurvePoint(samples: $0.samples, loss: $1, learningRate: $0.learningRate)
    }
  }
}
