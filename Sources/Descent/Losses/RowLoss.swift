import CDescent

/// A loss of rows: its kernel, and where that finds its options.
struct RowLoss {
  let name: String
  let kind: dsc_row
  var margin = 0.0
  var p = 2.0
  var eps = 0.0
  var swap = false
  var weight: Tensor?

  /// x is [..., columns], a value for each row; so are y and z, where they are rows.
  ///
  /// - Parameter slopes: see `LossEvaluation`.
  func callAsFunction(
    _ reduction: Reduction, _ x: Tensor, _ y: Tensor? = nil, z: Tensor? = nil, zIsInput: Bool = true,
    targets: Tensor? = nil, slopes: (() -> InputGradients)?
  ) -> Tensor {
    demand(
      !x.shape.isEmpty && x.shape.last != 0,
      "\(name): an input of shape \(x.shape), must be rows of at least one number")
    let columns = x.shape[x.shape.rank - 1]
    let evaluation = LossEvaluation(
      operation: .lossOfRows, reduction: reduction, values: Shape(x.shape.dropLast()),
      broadcast: x.shape.replacing(x.shape.rank - 1, with: 1))
    return evaluation(
      x, y, zIsInput ? z : nil,
      kernel: { results in
        var loss = dsc_row_loss()
        (loss.dtype, loss.kind, loss.rows, loss.columns) = (x.dtype.c, kind, x.count / columns, columns)
        (loss.x, loss.y) = (UnsafeRawPointer(x.data), y.map { UnsafeRawPointer($0.data) })
        loss.z = z.map { UnsafeRawPointer($0.data) }
        loss.targets = targets.map { UnsafePointer($0.data.assumingMemoryBound(to: Int64.self)) }
        loss.weight = weight.map { UnsafeRawPointer($0.data) }
        (loss.margin, loss.p, loss.eps, loss.swap) = (margin, p, eps, swap)
        loss.reduction = reduction.c
        return dsc_row_loss_run(nil, &loss, results.value, results.dx, results.dy, results.dz)
      }, slopes: slopes)
  }
}
