import CDescent

/// A hinge between every right and every wrong class, as `torch.nn.MultiLabelMarginLoss`:
/// Σ max(0, 1 - x[right] + x[wrong]) / C.
///
/// Predictions are [batch, classes] or [classes]; targets int64 of the same shape: each row's right classes, up to the
/// first -1. Differentiable to any order.
public struct MultiLabelMarginLoss: Loss, Sendable {
  /// How samples become one number.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// The loss: a scalar, or one number a sample without a reduction.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    precondition(
      targets.shape == prediction.shape && targets.dtype == .int64,
      "MultiLabelMarginLoss: a prediction of shape \(prediction.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)"
    )
    let loss = RowLoss(name: "MultiLabelMarginLoss", kind: DSC_ROW_MULTILABEL_MARGIN)
    return loss(reduction, prediction, targets: targets) {
      let classes = prediction.shape[prediction.shape.rank - 1]
      let rows = prediction.count / classes
      var right = [Double](repeating: 0, count: prediction.count)
      let labels = targets.scalars(as: Int64.self)
      for row in 0..<rows {
        for label in labels[row * classes..<(row + 1) * classes].prefix(while: { $0 >= 0 }) {
          right[row * classes + Int(label)] = 1
        }
      }
      // [rows, right, wrong]
      let x = prediction.reshaped([rows, classes])
      let mask = Tensor(right, shape: [rows, classes], dtype: prediction.dtype)
      let z = 1 - x.reshaped([rows, classes, 1]) + x.reshaped([rows, 1, classes])
      let pairs = mask.reshaped([rows, classes, 1]) * (1 - mask.reshaped([rows, 1, classes]))
      let sums = z.masked(by: pairs * (1 - z.isBelow(0, included: true))).sum(dim: 2).sum(dim: 1)
      return (sums / Double(classes)).reshaped(prediction.shape.rank == 2 ? [rows] : [])
    }
  }
}
