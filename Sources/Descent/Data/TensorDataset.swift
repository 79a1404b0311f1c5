import CDescent

/// Samples that stand in two tensors row by row, as `torch.utils.data.TensorDataset`.
public struct TensorDataset: Dataset {
  /// One row a sample.
  public let inputs: Tensor
  /// One row, or one number, a sample.
  public let targets: Tensor

  /// The samples of two tensors.
  ///
  /// - Precondition: both have as many rows.
  public init(inputs: Tensor, targets: Tensor) {
    demand(
      inputs.shape.first != nil && inputs.shape.first == targets.shape.first,
      "TensorDataset: inputs of shape \(inputs.shape), targets of shape \(targets.shape); they need as many rows"
    )
    // Once, and not for every batch.
    self.inputs = inputs.contiguous()
    self.targets = targets.contiguous()
  }

  /// The number of samples.
  public var count: Int { inputs.shape[0] }

  /// The samples of these numbers.
  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    Batch(inputs: inputs.gathered(indices), targets: targets.gathered(indices))
  }
}

extension Tensor {
  /// The rows of these numbers, copied.
  func gathered(_ indices: ArraySlice<Int>) -> Tensor {
    let out = Tensor(uninitialized: shape.replacing(0, with: indices.count), dtype: dtype)
    let row = shape[0] == 0 ? 0 : count / shape[0] * dtype.size
    withUnsafeBytes { bytes in
      require(
        indices.withInt64 {
          dsc_gather_rows(nil, shape[0], row, bytes.baseAddress, indices.count, $0, out.mutableData)
        })
    }
    return out
  }
}

extension ArraySlice<Int> {
  /// The numbers as C wants them.
  func withInt64<Result>(_ body: (UnsafePointer<Int64>?) -> Result) -> Result {
    withUnsafeBufferPointer { $0.withMemoryRebound(to: Int64.self) { body($0.baseAddress) } }
  }
}
