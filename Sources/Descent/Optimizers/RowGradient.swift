/// A gradient of which only some rows (slices along the first dimension) are not zero, as an embedding's.
///
/// A step with an elementwise rule touches those rows and their state only, as `torch.optim.SparseAdam` does.
public final class RowGradient {
  /// The rows, in the order in which they were given; a parameter's `rowGradient` has them rising, each once.
  public let rows: [Int64]
  /// Their gradients, one after another: shape [rows.count, ...].
  public let values: Tensor

  /// The gradients `values[i]` of the rows `rows[i]`. A parameter adds up rows that appear more than once.
  public convenience init(rows: [Int], values: Tensor) { self.init(rows.map(Int64.init), values) }

  init(_ rows: [Int64], _ values: Tensor) { (self.rows, self.values) = (rows, values) }
}
