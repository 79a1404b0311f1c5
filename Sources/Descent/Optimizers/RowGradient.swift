/// A gradient of which only some rows (slices along the first dimension) are not zero, as an embedding's.
///
/// A step with an elementwise rule touches those rows and their state only, as `torch.optim.SparseAdam` does.
public final class RowGradient {
  /// The rows, rising.
  public let rows: [Int64]
  /// Their gradients, one after another: shape [rows.count, ...].
  public let values: Tensor

  /// The gradients `values[i]` of the rows `rows[i]`. Rows that appear more than once are added up.
  public init(rows: [Int], values: Tensor) {
    demand(
      values.shape.rank > 0 && values.shape[0] == rows.count,
      "\(rows.count) rows with gradients of shape \(values.shape)")
    let order = rows.indices.sorted { rows[$0] < rows[$1] || (rows[$0] == rows[$1] && $0 < $1) }
    var unique: [Int64] = []
    for index in order where unique.last != Int64(rows[index]) { unique.append(Int64(rows[index])) }
    let width = rows.isEmpty ? 0 : values.count / rows.count
    let extents = [unique.count] + (1..<values.shape.rank).map { values.shape[$0] }
    var sums = [Double](repeating: 0, count: unique.count * width)
    let numbers = values.doubles
    var place = -1
    for (rank, index) in order.enumerated() {
      if rank == 0 || rows[index] != rows[order[rank - 1]] { place += 1 }
      for column in 0..<width { sums[place * width + column] += numbers[index * width + column] }
    }
    self.rows = unique
    self.values = Tensor(sums, shape: Shape(extents), dtype: values.dtype)
  }

  /// Rows that rise strictly.
  init(rising rows: [Int64], values: Tensor) { (self.rows, self.values) = (rows, values) }
}
