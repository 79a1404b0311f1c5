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
  private var (correct, samples) = (0, 0)

  /// No batches yet.
  ///
  /// - Precondition: `k` is at least 1.
  public init(k: Int) {
    demand(k >= 1, "TopKAccuracy: k is \(k), must be at least 1")
    self.k = k
  }

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    let (rows, classes) = predictedRows(prediction, targets)
    for (row, target) in zip(rows, classes) {
      let own = row[target]
      let before = row.enumerated().count { $0.element > own || ($0.element == own && $0.offset < target) }
      if before < k && !own.isNaN { correct += 1 }
    }
    samples += classes.count
  }

  /// The share, in 0...1.
  public var value: Double { Double(correct) / Double(samples) }

  /// Forgets all batches.
  public mutating func reset() { (correct, samples) = (0, 0) }
}

/// How often samples of each class were taken for each: `counts[target][predicted]`.
public struct ConfusionMatrix: Metric {
  /// Rows are targets, columns predictions.
  public private(set) var counts: [[Int]]

  /// No batches yet.
  public init(classes: Int) {
    demand(classes >= 0, "ConfusionMatrix: \(classes) classes")
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// Takes in outputs, [..., classes], and classes, [...].
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    demand(
      prediction.shape.last == counts.count,
      "ConfusionMatrix: outputs of shape \(prediction.shape) for \(counts.count) classes")
    _ = predictedRows(prediction, targets)
    for (predicted, target) in zip(
      prediction.argmax().scalars(as: Int64.self), targets.scalars(as: Int64.self))
    {
      counts[Int(target)][Int(predicted)] += 1
    }
  }

  /// The accuracy: the diagonal's share.
  public var value: Double {
    let correct = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    return Double(correct) / Double(counts.joined().reduce(0, +))
  }

  /// Of the samples taken for a class, the share that is of it; NaN if there are none.
  public func precision(_ index: Int) -> Double {
    Double(counts[index][index]) / Double(counts.reduce(0) { $0 + $1[index] })
  }

  /// Of a class's samples, the share that was taken for it; NaN if there are none.
  public func recall(_ index: Int) -> Double {
    Double(counts[index][index]) / Double(counts[index].reduce(0, +))
  }

  /// Forgets all batches.
  public mutating func reset() { self = ConfusionMatrix(classes: counts.count) }
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
    count += targets.scalars(as: Int64.self).count { $0 != ignoreIndex }
  }

  /// The perplexity, at least 1.
  public var value: Double { Tensor([sum / Double(count)], shape: [], dtype: .float64).exp().item() }

  /// Forgets all batches.
  public mutating func reset() { (sum, count) = (0, 0) }
}

/// The coefficient of determination, 1 - Σ (y - x)² / Σ (y - mean y)²: 1 is exact, 0 as good as the targets' mean.
public struct RSquared: Metric {
  private var (residual, count, mean, spread) = (0.0, 0.0, 0.0, 0.0)

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    LossArguments("RSquared", prediction).alike("targets", targets)
    for (x, y) in zip(prediction.doubles, targets.doubles) {
      residual += (y - x) * (y - x)
      // Welford 1962: stable over any number of batches.
      count += 1
      let step = y - mean
      mean += step / count
      spread += step * (y - mean)
    }
  }

  /// The coefficient; NaN of no samples, -infinity or NaN of targets that are all the same.
  public var value: Double { count == 0 ? .nan : 1 - residual / spread }

  /// Forgets all batches.
  public mutating func reset() { self = RSquared() }
}

/// The outputs' rows and the target classes.
private func predictedRows(_ prediction: Tensor, _ targets: Tensor) -> (rows: [ArraySlice<Double>], [Int]) {
  demand(
    prediction.shape.rank > 0 && targets.dtype == .int64
      && targets.shape == Shape(prediction.shape.dropLast()),
    "outputs of shape \(prediction.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)")
  let classes = prediction.shape[prediction.shape.rank - 1]
  let labels = targets.scalars(as: Int64.self).map(Int.init)
  for label in labels { demand(label >= 0 && label < classes, "target \(label) of \(classes) classes") }
  let numbers = prediction.doubles
  return (labels.indices.map { ArraySlice(Array(numbers[$0 * classes..<($0 + 1) * classes])) }, labels)
}
