import CDescent

/// How often samples of each class were taken for each: `counts[target][predicted]`.
public struct ConfusionMatrix: Metric {
  /// "confusion_accuracy": its value is the accuracy.
  public let name = "confusion_accuracy"
  /// It is.
  public let isBetterHigher = true
  private let classes: Int
  private var table: [Int64]

  /// Rows are targets, columns predictions.
  public var counts: [[Int]] {
    (0..<classes).map { row in table[row * classes..<(row + 1) * classes].map(Int.init) }
  }

  /// No batches yet.
  public init(classes: Int) {
    demand(classes >= 0, "ConfusionMatrix: \(classes) classes")
    self.classes = classes
    table = Array(repeating: 0, count: classes * classes)
  }

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    require(dsc_count_confusion(prediction.handle, targets.handle, classes, &table))
  }

  private func sum(_ range: some Sequence<Int>) -> Double { Double(range.reduce(0) { $0 + table[$1] }) }

  /// The accuracy: the diagonal's share.
  public var value: Double { sum((0..<classes).map { $0 * (classes + 1) }) / sum(table.indices) }

  /// Of the samples taken for a class, the share that is of it; NaN if there are none.
  public func precision(_ index: Int) -> Double {
    Double(table[index * (classes + 1)]) / sum((0..<classes).map { $0 * classes + index })
  }

  /// Of a class's samples, the share that was taken for it; NaN if there are none.
  public func recall(_ index: Int) -> Double {
    Double(table[index * (classes + 1)]) / sum((0..<classes).map { index * classes + $0 })
  }

  /// Forgets all batches.
  public mutating func reset() { self = ConfusionMatrix(classes: classes) }

  /// The counts, row by row.
  public var sums: [Double] { table.map(Double.init) }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool {
    guard sums.count == table.count, Self.areCounts(sums) else { return false }
    table = sums.map { Int64($0) }
    return true
  }
}
