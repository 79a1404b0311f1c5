import CDescent

/// The area under the receiver operating characteristic: how often a sample of a class scores higher than one that is
/// none of it. Keeps every score. Source: sklearn.metrics.roc_auc_score.
public struct AreaUnderCurve: Metric {
  /// "auc".
  public let name = "auc"
  /// It is.
  public let isBetterHigher = true
  private var classes = 0
  private var scores: [Double] = []
  private var targets: [Int64] = []

  /// No batches yet.
  public init() {}

  /// Takes in outputs. Either logits, [batch, classes], and classes, [batch]: then the value is the mean over the classes
  /// that are there, each against the rest, by the softmax. Or one score for each sample, [batch] or [batch, 1], and
  /// targets of 0 and 1.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    let columns = prediction.shape.rank == 2 ? prediction.shape[1] : 1
    demand(
      (1...2).contains(prediction.shape.rank) && targets.count == prediction.shape[0]
        && (classes == 0 || classes == columns),
      "AreaUnderCurve: outputs of shape \(prediction.shape) and targets of shape \(targets.shape)")
    classes = columns
    let outputs = prediction.detached().to(.float64)
    scores += (columns > 1 ? outputs.softmax() : outputs).doubles
    self.targets += targets.detached().to(.int64).scalars(as: Int64.self)
  }

  /// The area: 1 is every pair in order, 0.5 what chance gives; NaN where there are no pairs.
  public var value: Double {
    guard classes > 0 else { return .nan }
    var area = 0.0
    require(dsc_roc_auc(targets.count, classes, scores, targets, &area))
    return area
  }

  /// Forgets all batches.
  public mutating func reset() { self = Self() }

  /// The number of classes, then the targets, then the scores.
  public var sums: [Double] { [Double(classes)] + targets.map(Double.init) + scores }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool {
    guard let first = sums.first, Self.areCounts([first]), first <= 0x1p32 else { return false }
    let (classes, rest) = (Int(first), sums.dropFirst())
    let samples = rest.count / (classes + 1)
    let targets = rest.prefix(samples)
    guard rest.count == samples * (classes + 1), classes > 0 || rest.isEmpty,
      Self.areCounts(targets),
      targets.allSatisfy({ $0 < Double(max(classes, 2)) })
    else { return false }
    self.classes = classes
    self.targets = targets.map { Int64($0) }
    scores = Array(rest.dropFirst(samples))
    return true
  }
}
