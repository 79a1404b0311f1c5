/// Samples by number.
///
///     struct Recordings: Dataset {
///       let files: [String]
///       var count: Int { files.count }
///       func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch { ... }
///     }
///
/// A data set whose `batch` cannot fail leaves `throws` out.
public protocol Dataset {
  /// How many there are.
  var count: Int { get }
  /// The samples of these numbers, each in `0..<count`, in this order.
  ///
  /// - Throws: `DescentError` that says what cannot be read. Training stops with it.
  func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch
}

extension Dataset {
  /// Goes through all samples in order, some at a time.
  func visit(batchSize: Int, _ body: (Batch) throws(DescentError) -> Void) throws(DescentError) {
    let all = Array(0..<count)
    for start in stride(from: 0, to: count, by: batchSize) {
      try body(batch(all[start..<min(start + batchSize, count)]))
    }
  }
}
