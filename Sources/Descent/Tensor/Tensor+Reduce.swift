import CDescent

// Over all elements, or along dimensions, which disappear, or stay with extent 1. Negative ones count from the back.
extension Tensor {
  /// The sum of all elements, a scalar; of whole numbers and conditions an int64. Of nothing: 0.
  public func sum() -> Tensor { Tensor.make { dsc_sum(handle, 0, nil, false, $0) } }

  /// The sums along a dimension.
  public func sum(dim: Int, keepingDimension: Bool = false) -> Tensor {
    sum(dims: [dim], keepingDimensions: keepingDimension)
  }

  /// The sums over several dimensions; of none: over all.
  public func sum(dims: [Int], keepingDimensions: Bool = false) -> Tensor {
    Tensor.make { dsc_sum(handle, dims.count, dims.map(Int64.init), keepingDimensions, $0) }
  }

  /// The mean of all elements, a scalar; NaN of none.
  public func mean() -> Tensor { Tensor.make { dsc_mean(handle, 0, nil, false, $0) } }

  /// The means along a dimension.
  public func mean(dim: Int, keepingDimension: Bool = false) -> Tensor {
    mean(dims: [dim], keepingDimensions: keepingDimension)
  }

  /// The means over several dimensions; of none: over all.
  public func mean(dims: [Int], keepingDimensions: Bool = false) -> Tensor {
    Tensor.make { dsc_mean(handle, dims.count, dims.map(Int64.init), keepingDimensions, $0) }
  }

  /// Σ (x - mean)² / (n - correction) over dimensions, over all if none are named: the unbiased variance with
  /// correction 1, as `torch.var`.
  public func variance(dims: [Int] = [], correction: Double = 1, keepingDimensions: Bool = false) -> Tensor {
    Tensor.make { dsc_var(handle, correction, dims.count, dims.map(Int64.init), keepingDimensions, $0) }
  }

  /// The square root of `variance`, as `torch.std`.
  public func standardDeviation(
    dims: [Int] = [], correction: Double = 1, keepingDimensions: Bool = false
  ) -> Tensor {
    Tensor.make { dsc_std(handle, correction, dims.count, dims.map(Int64.init), keepingDimensions, $0) }
  }

  /// (Σ |x|^order)^(1 / order) over dimensions, over all if none are named, as `torch.linalg.vector_norm`.
  public func norm(_ order: Double = 2, dims: [Int] = [], keepingDimensions: Bool = false) -> Tensor {
    Tensor.make { dsc_norm(handle, order, dims.count, dims.map(Int64.init), keepingDimensions, $0) }
  }

  /// log Σ e^x along a dimension, without overflow.
  public func logSumExp(dim: Int, keepingDimension: Bool = false) -> Tensor {
    Tensor.make { dsc_logsumexp(handle, 1, [Int64(dim)], keepingDimension, $0) }
  }
}

extension Tensor {
  /// The largest of all elements; NaN where one is. Those that are equally large share the gradient, as with
  /// `torch.amax`.
  public func max() -> Tensor { Tensor.make { dsc_amax(handle, 0, nil, false, $0) } }

  /// The smallest of all elements, likewise.
  public func min() -> Tensor { Tensor.make { dsc_amin(handle, 0, nil, false, $0) } }

  /// The largest along a dimension, and the first place where it is, int64. NaN counts as the largest.
  public func max(dim: Int, keepingDimension: Bool = false) -> (values: Tensor, indices: Tensor) {
    Tensor.makePair { dsc_max(handle, Int64(dim), keepingDimension, $0, $1) }
  }

  /// The smallest along a dimension, and the first place where it is, int64. NaN counts as the smallest.
  public func min(dim: Int, keepingDimension: Bool = false) -> (values: Tensor, indices: Tensor) {
    Tensor.makePair { dsc_min(handle, Int64(dim), keepingDimension, $0, $1) }
  }

  /// Where the elements are largest along a dimension: int64, the first such place. NaN counts as the largest.
  public func argmax(dim: Int = -1, keepingDimension: Bool = false) -> Tensor {
    Tensor.make { dsc_argmax(handle, [Int64(dim)], keepingDimension, $0) }
  }

  /// Where the elements are smallest along a dimension: int64, the first such place. NaN counts as the smallest.
  public func argmin(dim: Int = -1, keepingDimension: Bool = false) -> Tensor {
    Tensor.make { dsc_argmin(handle, [Int64(dim)], keepingDimension, $0) }
  }

  /// The elements in order along a dimension, and where they were. Stable; NaN counts as the largest.
  public func sorted(dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    Tensor.makePair { dsc_sort(handle, Int64(dim), descending, $0, $1) }
  }

  /// The k largest, or smallest, along a dimension, the best first, and where they are.
  ///
  /// - Precondition: `k` is at most the extent.
  public func topK(_ k: Int, dim: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    demand(k >= 0, "topK: k is \(k), must not be negative")
    return Tensor.makePair { dsc_topk(handle, k, Int64(dim), largest, $0, $1) }
  }

  /// Whether any element is true, or not 0.
  public func any() -> Bool { Tensor.make { dsc_any(handle, 0, nil, false, $0) }.item() != 0 }

  /// Whether all elements are true, or not 0.
  public func all() -> Bool { Tensor.make { dsc_all(handle, 0, nil, false, $0) }.item() != 0 }

  /// What a C function makes two of.
  static func makePair(
    _ body: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<OpaquePointer?>) -> dsc_status
  ) -> (values: Tensor, indices: Tensor) {
    var (values, indices): (OpaquePointer?, OpaquePointer?)
    require(body(&values, &indices))
    return (
      Tensor(owning: values), Tensor(owning: indices)
    )
  }
}
