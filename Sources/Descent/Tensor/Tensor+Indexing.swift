import CDescent

/// What a dimension is indexed by: a position, a range, `.all`, `.stride(...)`, or `.new` for one more dimension.
public protocol TensorIndex {
  /// The view of a tensor by this index along `dim`, and how many of its dimensions are done.
  func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int)
}

extension Int: TensorIndex {
  /// One position, counted from the back where negative; the dimension goes away.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    (Tensor.make { dsc_select(tensor.handle, Int64(dim), Int64(self), $0) }, dim)
  }
}

/// A range of positions.
///
/// - Precondition: it lies within the extent.
private func slice(_ tensor: Tensor, _ dim: Int, _ start: Int, _ end: Int) -> (Tensor, next: Int) {
  demand(
    start >= 0 && start <= end && end <= tensor.shape[dim],
    "\(start)..<\(end) along dimension \(dim) of the shape \(tensor.shape)")
  return (tensor.sliced(dim, from: start, to: end), dim + 1)
}

extension Range<Int>: TensorIndex {
  /// The positions of the range.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    slice(tensor, dim, lowerBound, upperBound)
  }
}

extension ClosedRange<Int>: TensorIndex {
  /// The positions of the range.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    slice(tensor, dim, lowerBound, upperBound + 1)
  }
}

extension PartialRangeFrom<Int>: TensorIndex {
  /// The positions of the range.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    slice(tensor, dim, lowerBound, tensor.shape[dim])
  }
}

extension PartialRangeUpTo<Int>: TensorIndex {
  /// The positions of the range.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    slice(tensor, dim, 0, upperBound)
  }
}

extension PartialRangeThrough<Int>: TensorIndex {
  /// The positions of the range.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    slice(tensor, dim, 0, upperBound + 1)
  }
}

/// Every so many positions of a dimension, or a dimension that is not there yet.
public struct TensorSlice: TensorIndex, Sendable {
  private enum Kind {
    case stride(Int, Int?, Int)
    case new
  }
  private let kind: Kind

  /// start, start + step, ... below end, which may count from the back and are cut to what there is, as Python's.
  public static func stride(from start: Int = 0, to end: Int? = nil, by step: Int) -> TensorSlice {
    demand(step > 0, "a slice with a step of \(step): it must be positive")
    return TensorSlice(kind: .stride(start, end, step))
  }

  var isNew: Bool { if case .new = kind { true } else { false } }

  static let all = TensorSlice(kind: .stride(0, nil, 1))
  static let new = TensorSlice(kind: .new)

  /// The view along a dimension.
  public func view(_ tensor: Tensor, _ dim: Int) -> (Tensor, next: Int) {
    switch kind {
    case .stride(let start, let end, let step):
      (tensor.sliced(dim, from: start, to: end ?? tensor.shape[dim], by: step), dim + 1)
    case .new: (tensor.unsqueezed(dim), dim + 1)
    }
  }
}

extension TensorIndex where Self == TensorSlice {
  /// The whole dimension.
  public static var all: TensorSlice { TensorSlice.all }
  /// One more dimension, of extent 1.
  public static var new: TensorSlice { TensorSlice.new }
  /// start, start + step, ... below end: see `TensorSlice.stride`.
  public static func stride(from start: Int = 0, to end: Int? = nil, by step: Int) -> TensorSlice {
    TensorSlice.stride(from: start, to: end, by: step)
  }
}

extension Tensor {
  /// A view by an index for each of the first dimensions: `x[0]`, `x[.all, 1..<3]`, `x[0, .stride(by: 2)]`.
  /// Differentiable; `item()` gives a number.
  public subscript<each Index: TensorIndex>(indices: repeat each Index) -> Tensor {
    var (tensor, dim) = (self, 0)
    for index in repeat each indices {
      demand(
        dim < tensor.rank || index is TensorSlice && dim == tensor.rank,
        "too many indices for the shape \(shape)")
      (tensor, dim) = index.view(tensor, dim)
    }
    return tensor
  }

  /// The rows of a range along the first dimension: a view.
  public subscript(rows range: Range<Int>) -> Tensor {
    demand(
      rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of the shape \(shape)"
    )
    return sliced(0, from: range.lowerBound, to: range.upperBound)
  }

  fileprivate func sliced(_ dim: Int, from start: Int, to end: Int, by step: Int = 1) -> Tensor {
    Tensor.make { dsc_slice(handle, Int64(dim), Int64(start), Int64(end), step, $0) }
  }
}

// By tensors of positions, int64 of [0, extent).
extension Tensor {
  /// `result[i][j] = self[index[i][j]][j]`, for dimension 0 of two. As `torch.gather`.
  public func gathered(dim: Int, _ index: Tensor) -> Tensor {
    Tensor.make { dsc_gather(handle, Int64(dim), index.handle, $0) }
  }

  /// A copy with `result[index[i][j]][j] += source[i][j]`. As `torch.scatter_add`.
  public func scatterAdded(dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
    Tensor.make { dsc_scatter_add(handle, Int64(dim), index.handle, source.handle, $0) }
  }

  /// The slices that a vector of positions names, in its order. As `torch.index_select`.
  public func selected(dim: Int, _ index: Tensor) -> Tensor {
    Tensor.make { dsc_index_select(handle, Int64(dim), index.handle, $0) }
  }

  /// A copy with slice i of the source added to slice `index[i]`. As `torch.index_add`.
  public func indexAdded(dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
    Tensor.make { dsc_index_add(handle, Int64(dim), index.handle, source.handle, $0) }
  }

  /// 1 where an index says, else 0: int64, with a dimension of `classes` more at the end; nil: as many as are needed.
  public func oneHot(classes: Int? = nil) -> Tensor {
    Tensor.make { dsc_one_hot(handle, Int64(classes ?? -1), $0) }
  }
}

/// Rows of a matrix: the indices' shape, with the matrix's columns as one dimension more. As
/// `torch.nn.functional.embedding`.
///
/// - Parameters:
///   - paddingIndex: the row that gets no gradient; negative ones count from the end.
///   - scalesByFrequency: whether a row's gradient is divided by how often it is looked up here.
///   - isSparse: whether a parameter's gradient is kept as rows: its `rowGradient`.
public func embedding(
  _ indices: Tensor, _ weight: Tensor, paddingIndex: Int? = nil, scalesByFrequency: Bool = false,
  isSparse: Bool = false
) -> Tensor {
  var options = dsc_embedding_options(
    padding: Int64(paddingIndex ?? Int(DSC_NO_PADDING)), scale_by_frequency: scalesByFrequency,
    sparse: isSparse)
  return Tensor.make { dsc_embedding(weight.handle, indices.handle, &options, $0) }
}

/// The sum, mean or largest numbers of rows of a matrix, for each bag of indices: [bags, columns]; 0 for an empty bag. As
/// `torch.nn.functional.embedding_bag`.
///
/// - Parameters:
///   - indices: [bags, n]; with offsets a vector.
///   - offsets: where each bag begins in the vector.
///   - perSampleWeights: factors of a sum's rows, of the indices' shape.
///   - paddingIndex: the row that is passed over; negative ones count from the end.
///   - includeLastOffset: whether the last offset is the end of the last bag.
///   - scalesByFrequency: whether a row's gradient is divided by how often it is looked up here.
///   - isSparse: whether a parameter's gradient is kept as rows: its `rowGradient`.
public func embeddingBag(
  _ indices: Tensor, _ weight: Tensor, offsets: Tensor? = nil, mode: EmbeddingBag.Mode = .mean,
  perSampleWeights: Tensor? = nil, paddingIndex: Int? = nil, includeLastOffset: Bool = false,
  scalesByFrequency: Bool = false, isSparse: Bool = false
) -> Tensor {
  var options = dsc_embedding_bag_options(
    mode: mode.c, padding: Int64(paddingIndex ?? Int(DSC_NO_PADDING)), include_last_offset: includeLastOffset,
    scale_by_frequency: scalesByFrequency, sparse: isSparse)
  return Tensor.make {
    dsc_embedding_bag(
      weight.handle, indices.handle, offsets?.handle, perSampleWeights?.handle, &options, $0)
  }
}
