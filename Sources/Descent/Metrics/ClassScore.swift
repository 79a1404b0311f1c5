import CDescent

/// How the scores of classes become one number.
public enum ClassAverage: Sendable {
  /// The mean over the classes that there are, as targets or as predictions.
  case macro
  /// Of all samples together, where precision, recall and F1 are the accuracy.
  case micro
  /// The mean, each class weighted by its targets.
  case weighted
  /// That of class 1 of two.
  case binary

  var c: dsc_average {
    switch self {
    case .macro: DSC_AVERAGE_MACRO
    case .micro: DSC_AVERAGE_MICRO
    case .weighted: DSC_AVERAGE_WEIGHTED
    case .binary: DSC_AVERAGE_BINARY
    }
  }
}

/// Counts of targets against predictions, whose classes the first batch brings.
private struct ClassCounts {
  let average: ClassAverage
  var classes = 0
  var table: [Int64] = []

  mutating func add(_ prediction: Tensor, _ targets: Tensor) {
    if classes == 0 {
      classes = prediction.shape.last ?? 0
      table = Array(repeating: 0, count: classes * classes)
    }
    require(dsc_count_confusion(prediction.handle, targets.handle, classes, &table))
  }

  func score(_ path: KeyPath<dsc_class_scores, Double>) -> Double {
    guard classes > 0 else { return .nan }
    var scores = dsc_class_scores()
    require(dsc_class_scores_of(classes, table, average.c, &scores))
    return scores[keyPath: path]
  }

  var numbers: [Double] { [Double(classes)] + table.map(Double.init) }

  mutating func load(_ numbers: [Double]) -> Bool {
    guard let first = numbers.first, Accuracy.areCounts(numbers), first <= 0x1p16,
      numbers.count == 1 + Int(first) * Int(first)
    else { return false }
    (classes, table) = (Int(first), numbers.dropFirst().map { Int64($0) })
    return true
  }
}

/// A score of classes, one against the others. Source: sklearn.metrics.precision_recall_fscore_support.
public struct ClassScore: Metric {
  /// What is scored.
  public enum Kind: String, Sendable {
    /// The share of a class's predictions that are right.
    case precision
    /// The share of a class's targets that are found.
    case recall
    /// Their harmonic mean.
    case f1

    fileprivate var path: KeyPath<dsc_class_scores, Double> {
      switch self {
      case .precision: \.precision
      case .recall: \.recall
      case .f1: \.f1
      }
    }
  }

  /// What is scored.
  public let kind: Kind
  /// "f1", for instance.
  public var name: String { kind.rawValue }
  /// It is.
  public let isBetterHigher = true
  private var counts: ClassCounts

  /// No batches yet.
  public init(_ kind: Kind, average: ClassAverage = .macro) {
    self.kind = kind
    counts = ClassCounts(average: average)
  }

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) { counts.add(prediction, targets) }

  /// The score, in 0...1.
  public var value: Double { counts.score(kind.path) }

  /// Forgets all batches.
  public mutating func reset() { self = Self(kind, average: counts.average) }

  /// The number of classes and the counts, row by row.
  public var sums: [Double] { counts.numbers }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { counts.load(sums) }
}
