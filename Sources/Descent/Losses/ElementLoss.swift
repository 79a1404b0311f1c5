import CDescent

/// A loss of elements: its kernel, and what that is told.
struct ElementLoss {
  let kind: dsc_pointwise
  var options: (inout dsc_pointwise_loss) -> Void = { _ in }
  var divisor: Double?

  /// - Parameters:
  ///   - z: the third operand, of the input's shape: an input if it is differentiated, or weights.
  ///   - w: positive weights, of the input's shape.
  ///   - slopes: see `LossEvaluation`.
  func callAsFunction(
    _ reduction: Reduction, _ x: Tensor, _ y: Tensor, z: Tensor? = nil, zIsInput: Bool = false,
    w: Tensor? = nil, slopes: (() -> InputGradients)?
  ) -> Tensor {
    let evaluation = LossEvaluation(
      operation: .lossOfElements, reduction: reduction, values: x.shape, scale: divisor.map { 1 / $0 })
    return evaluation(
      x, y, zIsInput ? z : nil,
      kernel: { results in
        var loss = dsc_pointwise_loss()
        (loss.dtype, loss.kind, loss.n) = (x.dtype.c, kind, x.count)
        (loss.x, loss.y) = (UnsafeRawPointer(x.data), UnsafeRawPointer(y.data))
        (loss.z, loss.w) = (z.map { UnsafeRawPointer($0.data) }, w.map { UnsafeRawPointer($0.data) })
        options(&loss)
        (loss.reduction, loss.divisor) = (reduction.c, divisor ?? 0)
        return dsc_pointwise_loss_run(nil, &loss, results.value, results.dx, results.dy, results.dz)
      }, slopes: slopes)
  }
}
