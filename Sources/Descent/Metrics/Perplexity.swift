/// e to the mean cross entropy: how many classes the model is as unsure between as if they were equally likely.
public struct Perplexity: Metric {
  /// "perplexity".
  public let name = "perplexity"
  /// It is not.
  public let isBetterHigher = false
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

  /// The losses' sum and their count.
  public var sums: [Double] { [sum, Double(count)] }

  /// Goes on from `sums`.
  public mutating func load(_ sums: [Double]) -> Bool {
    guard sums.count == 2, Self.areCounts([sums[1]]) else { return false }
    (sum, count) = (sums[0], Int(sums[1]))
    return true
  }
}
