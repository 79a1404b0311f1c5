extension Dataset {
  /// The classes of all samples: their targets, which are int64 numbers, one a sample.
  ///
  ///     let parts = try data.split([0.8, 0.2], stratifiedBy: data.targetClasses())
  ///
  /// - Throws: `DescentError` of code `mismatch` for other targets, and what the data set throws: it is read once.
  public func targetClasses() throws(DescentError) -> [Int] {
    if let data = self as? any KnownClasses { return data.knownClasses }
    var classes: [Int] = []
    try visit(batchSize: 256) { batch throws(DescentError) in
      let targets = batch.targets
      guard targets.dtype == .int64, targets.count == batch.count else {
        throw DescentError(
          .mismatch,
          "the targets are \(targets.dtype) of shape \(targets.shape) for \(batch.count) samples: no class for each"
        )
      }
      classes += targets.scalars(as: Int64.self).map(Int.init)
    }
    return classes
  }

  /// Classes that a caller gave.
  func checked(_ classes: [Int], least: Int) throws(DescentError) -> [Int] {
    guard classes.count == count else {
      throw DescentError(.mismatch, "there are \(classes.count) classes for \(count) samples")
    }
    let groups = Dictionary(grouping: classes) { $0 }
    if let lonely = groups.filter({ $0.value.count < least }).keys.min() {
      throw DescentError(
        .invalidArgument, "class \(lonely) has a single sample, which cannot be in several parts")
    }
    return classes
  }
}

/// A data set that knows the classes of its samples without reading them.
protocol KnownClasses {
  var knownClasses: [Int] { get }
}

extension ImageDataset: KnownClasses {
  var knownClasses: [Int] { labels.map(Int.init) }
}
