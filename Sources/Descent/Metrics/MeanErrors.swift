/// A sum over all elements of predictions, to be divided by their count.
private struct ElementSum {
  var (sum, count) = (0.0, 0)

  mutating func add(_ prediction: Tensor, _ targets: Tensor, by loss: any Loss) {
    sum += loss(prediction.detached(), targets.detached()).item()
    count += prediction.count
  }

  var mean: Double { sum / Double(count) }
  var numbers: [Double] { [sum, Double(count)] }

  mutating func load(_ numbers: [Double]) -> Bool {
    guard numbers.count == 2, MeanAbsoluteError.areCounts([numbers[1]]) else { return false }
    (sum, count) = (numbers[0], Int(numbers[1]))
    return true
  }
}

/// The mean of |prediction - target| over all elements.
public struct MeanAbsoluteError: Metric {
  /// "mae".
  public let name = "mae"
  /// It is not.
  public let isBetterHigher = false
  private var total = ElementSum()

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    total.add(prediction, targets, by: L1Loss(reduction: .sum))
  }

  /// The mean.
  public var value: Double { total.mean }

  /// Forgets all batches.
  public mutating func reset() { total = ElementSum() }

  /// The sum and the count.
  public var sums: [Double] { total.numbers }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { total.load(sums) }
}

/// The mean of (prediction - target)² over all elements.
public struct MeanSquaredError: Metric {
  /// "mse".
  public let name = "mse"
  /// It is not.
  public let isBetterHigher = false
  private var total = ElementSum()

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) {
    total.add(prediction, targets, by: MSELoss(reduction: .sum))
  }

  /// The mean.
  public var value: Double { total.mean }

  /// Forgets all batches.
  public mutating func reset() { total = ElementSum() }

  /// The sum and the count.
  public var sums: [Double] { total.numbers }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { total.load(sums) }
}

/// The root of the mean of (prediction - target)² over all elements: in the targets' own unit.
public struct RootMeanSquaredError: Metric {
  /// "rmse".
  public let name = "rmse"
  /// It is not.
  public let isBetterHigher = false
  private var squares = MeanSquaredError()

  /// No batches yet.
  public init() {}

  /// Takes in a batch; both of one shape.
  public mutating func update(_ prediction: Tensor, _ targets: Tensor) { squares.update(prediction, targets) }

  /// The root.
  public var value: Double { squares.value.squareRoot() }

  /// Forgets all batches.
  public mutating func reset() { squares.reset() }

  /// The sum of squares and the count.
  public var sums: [Double] { squares.sums }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool { squares.load(sums) }
}
