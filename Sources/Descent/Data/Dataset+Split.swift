extension Dataset {
  /// Parts without a sample in common, drawn at random, as `torch.utils.data.random_split`.
  ///
  ///     let parts = try data.split([0.8, 0.1, 0.1], generator: Generator(seed: 42))
  ///
  /// A part has its share of the samples, rounded down; what is left over goes to the first parts, one each. The same
  /// generator gives the parts that PyTorch gives.
  ///
  /// - Parameters:
  ///   - fractions: the parts' shares, which sum to 1 (to 1e-9: PyTorch refuses sums that rounding puts above 1).
  ///   - classes: a class for each sample: every part has its share of each class, to within one sample or so. The parts' sizes
  ///     stay the same. See `targetClasses()`.
  /// - Throws: `DescentError` for shares outside 0...1 or of another sum, and for a class of a single sample.
  public func split(
    _ fractions: [Double], stratifiedBy classes: [Int]? = nil, generator: Generator = .default
  ) throws(DescentError) -> [Subset<Self>] {
    try split(counts: counts(of: fractions), stratifiedBy: classes, generator: generator)
  }

  /// Two parts: the first has this share of the samples, rounded up.
  ///
  ///     let (training, validation) = try data.split(0.8)
  ///
  /// They are those of `split([0.8, 0.2])`.
  ///
  /// - Throws: `DescentError` for a share outside 0...1.
  public func split(
    _ fraction: Double, stratifiedBy classes: [Int]? = nil, generator: Generator = .default
  ) throws(DescentError) -> (Subset<Self>, Subset<Self>) {
    guard 0...1 ~= fraction else {
      throw DescentError(.invalidArgument, "the share of a split is \(fraction), must be in 0...1")
    }
    // Not (1 - fraction) of them, which is less than 0.2 for 0.8.
    let second = Int((Double(count) - Double(count) * fraction).rounded(.down))
    let parts = try split(counts: [count - second, second], stratifiedBy: classes, generator: generator)
    return (parts[0], parts[1])
  }

  /// Parts of these sizes, which sum to the number of samples.
  ///
  /// - Throws: `DescentError` for sizes below 0 or of another sum, and for a class of a single sample.
  public func split(
    counts: [Int], stratifiedBy classes: [Int]? = nil, generator: Generator = .default
  ) throws(DescentError) -> [Subset<Self>] {
    var total = 0
    for (place, size) in counts.enumerated() {
      let (sum, overflows) = total.addingReportingOverflow(size)
      guard size >= 0 && !overflows else {
        throw DescentError(.invalidArgument, "size \(place) of a split is \(size), must be 0...\(count)")
      }
      total = sum
    }
    guard total == count else {
      throw DescentError(
        .invalidArgument, "the sizes \(counts) of a split sum to \(total), there are \(count) samples")
    }
    let classes = try classes.map { list throws(DescentError) in try checked(list, least: 2) }
    let order = generator.permutation(count)
    guard let classes else {
      var start = 0
      return counts.map { size in
        defer { start += size }
        return Subset(self, checked: Array(order[start..<start + size]))
      }
    }
    let parts = proportionalParts(order, classes, counts)
    return counts.indices.map { part in Subset(self, checked: order.filter { parts[$0] == part }) }
  }

  private func counts(of fractions: [Double]) throws(DescentError) -> [Int] {
    if let bad = fractions.firstIndex(where: { !(0...1).contains($0) }) {
      throw DescentError(
        .invalidArgument, "share \(bad) of a split is \(fractions[bad]), must be in 0...1")
    }
    let sum = fractions.reduce(0, +)
    guard abs(sum - 1) <= 1e-9 else {
      throw DescentError(.invalidArgument, "the shares \(fractions) of a split sum to \(sum), must sum to 1")
    }
    var counts = fractions.map { Int((Double(count) * $0).rounded(.down)) }
    let rest = count - counts.reduce(0, +)
    for place in 0..<max(rest, 0) { counts[place % counts.count] += 1 }
    return counts
  }

  /// The part of each sample. Samples are dealt out class by class, each to the part that lacks most of its share so far: so
  /// sums over any run of them are right, those of a class as well as those of all.
  private func proportionalParts(_ order: [Int], _ classes: [Int], _ counts: [Int]) -> [Int] {
    var lacking = [Int](repeating: 0, count: counts.count)
    var parts = [Int](repeating: 0, count: count)
    let byClass = Dictionary(grouping: order) { classes[$0] }
    for sample in byClass.sorted(by: { $0.key < $1.key }).flatMap(\.value) {
      for part in counts.indices { lacking[part] += counts[part] }
      let neediest = lacking.indices.max { lacking[$0] < lacking[$1] } ?? 0
      lacking[neediest] -= count
      parts[sample] = neediest
    }
    return parts
  }
}
