/// One sample: what a batch is made of.
public struct Sample {
  /// What the model is given.
  public let input: Tensor
  /// What it should make of it.
  public let target: Tensor

  /// A sample of these.
  public init(input: Tensor, target: Tensor) {
    self.input = input
    self.target = target
  }
}

/// A data set that reads its samples one by one. Its batches are stacked, unless the loader is given a `collate:`.
public protocol SampleDataset: Dataset {
  /// The sample of a number in `0..<count`.
  ///
  /// - Throws: `DescentError` that says what cannot be read.
  func sample(_ index: Int) throws(DescentError) -> Sample
}

extension SampleDataset {
  /// The samples of these numbers, stacked.
  ///
  /// - Throws: what `sample` throws, and `DescentError` of code `mismatch` where samples differ in shape or type.
  public func batch(_ indices: ArraySlice<Int>) throws(DescentError) -> Batch {
    try Batch(stacking: samples(indices))
  }

  func samples(_ indices: ArraySlice<Int>) throws(DescentError) -> [Sample] {
    var list: [Sample] = []
    list.reserveCapacity(indices.count)
    for index in indices { list.append(try sample(index)) }
    return list
  }
}

extension Batch {
  /// Samples of one shape and type, one a row, as PyTorch's `default_collate`.
  ///
  /// - Throws: `DescentError` of code `mismatch` where they differ, of code `invalidArgument` where there are none.
  public init(stacking samples: [Sample]) throws(DescentError) {
    func stacked(_ tensors: [Tensor], _ what: String) throws(DescentError) -> Tensor {
      guard let first = tensors.first else {
        throw DescentError(.invalidArgument, "there are no samples to make a batch of")
      }
      if let odd = tensors.firstIndex(where: { $0.shape != first.shape || $0.dtype != first.dtype }) {
        throw DescentError(
          .mismatch,
          "the \(what) of sample \(odd) of a batch is \(tensors[odd].dtype) of shape \(tensors[odd].shape), that of the first \(first.dtype) of shape \(first.shape): give the loader a collate:"
        )
      }
      return .stack(tensors)
    }
    self.init(
      inputs: try stacked(samples.map(\.input), "input"),
      targets: try stacked(samples.map(\.target), "target"))
  }
}
