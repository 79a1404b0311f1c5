/// One of k ways to divide a data set for cross-validation.
public struct Fold<Base: Dataset> {
  /// What to train on.
  public let training: Subset<Base>
  /// What to validate on: each sample is here in one of the folds.
  public let validation: Subset<Base>
}

extension Fold: Sendable where Base: Sendable {}

extension Dataset {
  /// `count` ways to divide the samples, each with another part to validate on, as scikit-learn's `KFold` and
  /// `StratifiedKFold`.
  ///
  ///     for fold in try data.folds(5, shuffle: true) { ... fold.training ... fold.validation ... }
  ///
  /// Parts differ by one sample at most, the first being larger, and keep the samples' order. Without shuffling they are
  /// scikit-learn's own.
  ///
  /// - Parameters:
  ///   - folds: how many.
  ///   - shuffle: whether samples go to parts at random; else in runs.
  ///   - classes: a class for each sample: every part has its share of each class, to within one sample, and sizes may differ
  ///     by more. See `targetClasses()`.
  /// - Throws: `DescentError` for fewer than 2 folds, more than there are samples, or than the largest class has.
  public func folds(
    _ folds: Int, shuffle: Bool = false, stratifiedBy classes: [Int]? = nil, generator: Generator = .default
  ) throws(DescentError) -> [Fold<Self>] {
    guard folds >= 2 && folds <= count else {
      throw DescentError(
        .invalidArgument, "the number of folds is \(folds), must be 2...\(count), the number of samples")
    }
    let parts: [Int]
    if let classes {
      let classes = try checked(classes, least: 1)
      let largest = Dictionary(grouping: classes) { $0 }.values.map(\.count).max() ?? 0
      guard folds <= largest else {
        throw DescentError(
          .invalidArgument,
          "there are \(folds) folds, but at most \(largest) samples of one class to divide among them")
      }
      parts = stratifiedFolds(folds, classes, shuffle ? generator : nil)
    } else {
      parts = plainFolds(folds, shuffle ? generator : nil)
    }
    return (0..<folds).map { fold in
      Fold(
        training: Subset(self, checked: parts.indices.filter { parts[$0] != fold }),
        validation: Subset(self, checked: parts.indices.filter { parts[$0] == fold }))
    }
  }

  private func plainFolds(_ folds: Int, _ generator: Generator?) -> [Int] {
    let runs = (0..<folds).flatMap { fold in
      [Int](repeating: fold, count: count / folds + (fold < count % folds ? 1 : 0))
    }
    guard let generator else { return runs }
    var parts = runs
    for (place, sample) in generator.permutation(count).enumerated() { parts[sample] = runs[place] }
    return parts
  }

  private func stratifiedFolds(_ folds: Int, _ classes: [Int], _ generator: Generator?) -> [Int] {
    // Classes count in the order in which they first appear.
    var ranks: [Int: Int] = [:]
    for label in classes where ranks[label] == nil { ranks[label] = ranks.count }
    let ranked = classes.map { ranks[$0]! }
    // Every k-th of the sorted classes goes to the same fold: that says how many of each a fold has.
    var shares = [[Int]](repeating: [Int](repeating: 0, count: folds), count: ranks.count)
    for (place, rank) in ranked.sorted().enumerated() { shares[rank][place % folds] += 1 }
    var queues = shares.map { share in
      let runs = share.enumerated().flatMap { fold, size in [Int](repeating: fold, count: size) }
      return (generator.map { $0.permutation(runs.count).map { runs[$0] } } ?? runs).makeIterator()
    }
    return ranked.map { queues[$0].next()! }
  }
}
