import CDescent

/// A measure of predictions that is added up batch by batch: the same as over all of them at once.
public protocol Metric {
  /// What it is called in the history, in files and on the screen: "accuracy".
  var name: String { get }
  /// Whether a larger value is a better one: what early stopping and the like go by.
  var isBetterHigher: Bool { get }
  /// Takes a batch in.
  mutating func update(_ prediction: Tensor, _ targets: Tensor)
  /// The measure over all batches since the last reset; NaN of none.
  var value: Double { get }
  /// Forgets all batches.
  mutating func reset()
  /// What has been added up, for checkpoints.
  var sums: [Double] { get }
  /// Goes on from `sums`, which may come from a file that says anything.
  ///
  /// - Returns: whether they can be its own; otherwise nothing is changed.
  mutating func load(_ sums: [Double]) -> Bool
}

extension Metric {
  /// Whether numbers can be counts.
  static func areCounts(_ numbers: some Sequence<Double>) -> Bool {
    numbers.allSatisfy { 0...0x1p53 ~= $0 && $0 == $0.rounded() }
  }
}
