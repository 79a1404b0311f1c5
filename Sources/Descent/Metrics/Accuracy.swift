import CDescent

/// The share of samples whose largest output, along the last dimension, is at the target class.
public struct Accuracy: Metric {
  /// "accuracy".
  public let name = "accuracy"
  /// It is.
  public let isBetterHigher = true
  private var topK = TopKAccuracy(k: 1)

  /// No batches yet.
  public init() {}

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) { topK.update(prediction, targets) }

  /// The share, in 0...1.
  public var value: Double { topK.value }

  /// Forgets all batches.
  public mutating func reset() { topK.reset() }

  /// How many were right, of how many.
  public var sums: [Double] { topK.sums }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { topK.load(sums) }
}

/// The share of samples whose target class has one of the k largest outputs. Of equal outputs the first are larger.
public struct TopKAccuracy: Metric {
  /// How many outputs count.
  public let k: Int
  /// "top_5_accuracy", for instance.
  public var name: String { "top_\(k)_accuracy" }
  /// It is.
  public let isBetterHigher = true
  private var (correct, samples): (Int64, Int) = (0, 0)

  /// No batches yet.
  ///
  /// - Precondition: `k` is at least 1.
  public init(k: Int) {
    demand(k >= 1, "TopKAccuracy: k is \(k), must be at least 1")
    self.k = k
  }

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    require(dsc_count_top_k(prediction.handle, targets.handle, k, &correct))
    samples += targets.count
  }

  /// The share, in 0...1.
  public var value: Double { Double(correct) / Double(samples) }

  /// Forgets all batches.
  public mutating func reset() { (correct, samples) = (0, 0) }

  /// How many were right, of how many.
  public var sums: [Double] { [Double(correct), Double(samples)] }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool {
    guard sums.count == 2, Self.areCounts(sums), sums[0] <= sums[1] else { return false }
    (correct, samples) = (Int64(sums[0]), Int(sums[1]))
    return true
  }
}
