import CDescent

/// A measure of predictions that is added up batch by batch: the same as over all of them at once.
public protocol Metric {
  /// Takes a batch in.
  mutating func update(_ prediction: Tensor, _ targets: Tensor)
  /// The measure over all batches since the last reset; NaN of none.
  var value: Double { get }
  /// Forgets all batches.
  mutating func reset()
}

/// The share of samples whose largest output, along the last dimension, is at the target class.
public struct Accuracy: Metric {
  private var topK = TopKAccuracy(k: 1)

  /// No batches yet.
  public init() {}

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) { topK.update(prediction, targets) }

  /// The share, in 0...1.
  public var value: Double { topK.value }

  /// Forgets all batches.
  public mutating func reset() { topK.reset() }
}

/// The share of samples whose target class has one of the k largest outputs. Of equal outputs the first are larger.
public struct TopKAccuracy: Metric {
  /// How many outputs count.
  public let k: Int
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
}

/// How often samples of each class were taken for each: `counts[target][predicted]`.
public struct ConfusionMatrix: Metric {
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
}

/// The mean of |prediction - target| over all elements.
public struct MeanAbsoluteError: Metric {
  private var (sum, count) = (0.0, 0)

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    sum += L1Loss(reduction: .sum)(prediction.detached(), targets.detached()).item()
    count += prediction.count
  }

  /// The mean.
  public var value: Double { sum / Double(count) }

  /// Forgets all batches.
  public mutating func reset() { self = MeanAbsoluteError() }
}

/// e to the mean cross entropy: how many classes the model is as unsure between as if they were equally likely.
public struct Perplexity: Metric {
  private let ignoreIndex: Int
  private var (sum, count) = (0.0, 0)

  /// No batches yet; targets equal to `ignoreIndex` count for nothing.
  public init(ignoreIndex: Int = -100) { self.ignoreIndex = ignoreIndex }

  /// Takes in logits, [batch, classes, ...], and classes, [batch, ...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    let loss = CrossEntropyLoss(ignoreIndex: ignoreIndex, reduction: .sum)
    sum += loss(prediction.detached(), targets).item()
    count += Int((targets .!= Double(ignoreIndex)).sum().item())
  }

  /// The perplexity, at least 1.
  public var value: Double { Tensor([sum / Double(count)], shape: [], dtype: .float64).exp().item() }

  /// Forgets all batches.
  public mutating func reset() { (sum, count) = (0, 0) }
}

/// The coefficient of determination, 1 - Σ (y - x)² / Σ (y - mean y)²: 1 is exact, 0 as good as the targets' mean.
public struct RSquared: Metric {
  private var sums = dsc_r_squared()

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    require(dsc_r_squared_add(prediction.handle, targets.handle, &sums))
  }

  /// The coefficient; NaN of no samples, -infinity or NaN of targets that are all the same.
  public var value: Double { withUnsafePointer(to: sums) { dsc_r_squared_value($0) } }

  /// Forgets all batches.
  public mutating func reset() { self = RSquared() }
}
