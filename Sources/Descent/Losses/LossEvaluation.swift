import CDescent

/// Where a loss's kernel leaves its results; nil for what nobody wants.
struct LossResults {
  let value: UnsafeMutableRawPointer
  let dx: UnsafeMutableRawPointer?
  let dy: UnsafeMutableRawPointer?
  let dz: UnsafeMutableRawPointer?
}

/// A loss on its way onto the tape: what all of them have in common.
struct LossEvaluation {
  let operation: TapeOperation
  let reduction: Reduction
  /// The shape of the values before the reduction.
  let values: Shape
  /// The same with extents of 1, so that it broadcasts with the inputs.
  var broadcast: Shape?
  /// What the mean divides by; nil: the number of values.
  var divisor: Double?

  /// Runs the kernel for the value and, as far as they will be wanted, the gradients.
  ///
  /// - Parameters:
  ///   - kernel: computes the value and the gradients by x, y and z in one pass.
  ///   - formula: the unreduced values in tensor operations: what gradients of gradients are taken from.
  func callAsFunction(
    _ x: Tensor, _ y: Tensor? = nil, _ z: Tensor? = nil, kernel: (LossResults) -> dsc_status,
    formula: @escaping () -> Tensor
  ) -> Tensor {
    let records = Tensor.records(x, y, z)
    func room(_ input: Tensor?) -> Tensor? {
      guard records, let input, input.requiresGrad else { return nil }
      return Tensor(uninitialized: input.shape, dtype: input.dtype)
    }
    let value = Tensor(uninitialized: reduction == .none ? values : Shape(), dtype: x.dtype)
    let slopes = (room(x), room(y), room(z))
    require(
      kernel(
        LossResults(value: value.data, dx: slopes.0?.data, dy: slopes.1?.data, dz: slopes.2?.data)))
    let broadcast = broadcast ?? values
    return value.recorded(operation, x, y, z) { node, upstream, pass in
      if pass.createsGraph { return differentiable(node.inputs, upstream, formula) }
      if upstream.isSeed { return slopes }
      let factor = upstream.count == 1 ? upstream.reshaped(Shape()) : upstream.reshaped(broadcast)
      return (slopes.0.map { $0 * factor }, slopes.1.map { $0 * factor }, slopes.2.map { $0 * factor })
    }
  }

  private func differentiable(
    _ inputs: InputGradients, _ upstream: Tensor, _ formula: () -> Tensor
  ) -> InputGradients {
    let wanted = [inputs.0, inputs.1, inputs.2].compactMap { $0 }.filter(\.requiresGrad)
    let found = BackwardPass.collect(
      root: reduced(formula()), upstream: upstream, targets: wanted, createsGraph: true, endsAtTargets: true)
    func gradient(_ input: Tensor?) -> Tensor? {
      wanted.firstIndex { $0 === input }.flatMap { found[$0] }
    }
    return (gradient(inputs.0), gradient(inputs.1), gradient(inputs.2))
  }

  private func reduced(_ values: Tensor) -> Tensor {
    values.reduced(reduction, divisor: divisor ?? Double(values.count))
  }
}

extension Tensor {
  /// Losses as one number. The mean of nothing is NaN, with gradients of 0.
  func reduced(_ reduction: Reduction, divisor: Double) -> Tensor {
    switch reduction {
    case .none: self
    case .sum: sum()
    case .mean: divisor == 0 ? sum() * 0 + .nan : sum() / divisor
    }
  }
}

/// A loss of elements: its kernel, and where that finds its options.
struct ElementLoss {
  let name: String
  let kind: dsc_pointwise
  var parameter = 0.0
  var other = 0.0
  var flag = false
  var otherFlag = false
  var divisor: Double?

  /// - Parameters:
  ///   - z: the third operand, of the input's shape: an input if it is differentiated, or weights.
  ///   - w: positive weights, of the input's shape.
  func callAsFunction(
    _ reduction: Reduction, _ x: Tensor, _ y: Tensor, z: Tensor? = nil, zIsInput: Bool = false,
    w: Tensor? = nil, formula: @escaping () -> Tensor
  ) -> Tensor {
    requireSameShape(name, x, y)
    if let z { requireSameShape(name, x, z) }
    let evaluation = LossEvaluation(
      operation: .lossOfElements, reduction: reduction, values: x.shape, divisor: divisor)
    return evaluation(
      x, y, zIsInput ? z : nil,
      kernel: { results in
        var loss = dsc_pointwise_loss()
        (loss.dtype, loss.kind, loss.n) = (x.dtype.c, kind, x.count)
        (loss.x, loss.y) = (UnsafeRawPointer(x.data), UnsafeRawPointer(y.data))
        (loss.z, loss.w) = (z.map { UnsafeRawPointer($0.data) }, w.map { UnsafeRawPointer($0.data) })
        (loss.parameter, loss.other, loss.flag, loss.other_flag) = (parameter, other, flag, otherFlag)
        (loss.reduction, loss.divisor) = (reduction.c, divisor ?? 0)
        return dsc_pointwise_loss_run(nil, &loss, results.value, results.dx, results.dy, results.dz)
      }, formula: formula)
  }
}

/// A loss of rows: likewise.
struct RowLoss {
  let name: String
  let kind: dsc_row
  var margin = 0.0
  var p = 2.0
  var eps = 0.0
  var swap = false
  var weight: Tensor?

  /// x is [rows, columns], or [columns] for one row; so are y and z, where they are rows.
  func callAsFunction(
    _ reduction: Reduction, _ x: Tensor, _ y: Tensor? = nil, z: Tensor? = nil, zIsInput: Bool = true,
    targets: Tensor? = nil, formula: @escaping () -> Tensor
  ) -> Tensor {
    precondition(x.shape.rank == 1 || x.shape.rank == 2, "\(name): an input of shape \(x.shape)")
    let columns = x.shape[x.shape.rank - 1]
    precondition(
      weight.map { $0.count == columns && $0.dtype == x.dtype } ?? true,
      "\(name): weights of shape \(weight?.shape ?? []) for an input of shape \(x.shape)")
    let isBatch = x.shape.rank == 2
    let evaluation = LossEvaluation(
      operation: .lossOfRows, reduction: reduction, values: isBatch ? [x.shape[0]] : [],
      broadcast: isBatch ? [x.shape[0], 1] : [])
    return evaluation(
      x, y, zIsInput ? z : nil,
      kernel: { results in
        var loss = dsc_row_loss()
        (loss.dtype, loss.kind, loss.rows, loss.columns) = (
          x.dtype.c, kind, isBatch ? x.shape[0] : 1, columns
        )
        (loss.x, loss.y) = (UnsafeRawPointer(x.data), y.map { UnsafeRawPointer($0.data) })
        loss.z = z.map { UnsafeRawPointer($0.data) }
        loss.targets = targets.map { UnsafePointer($0.data.assumingMemoryBound(to: Int64.self)) }
        loss.weight = weight.map { UnsafeRawPointer($0.data) }
        (loss.margin, loss.p, loss.eps, loss.swap) = (margin, p, eps, swap)
        loss.reduction = reduction.c
        return dsc_row_loss_run(nil, &loss, results.value, results.dx, results.dy, results.dz)
      }, formula: formula)
  }
}

/// Stops with both shapes.
func requireSameShape(_ name: String, _ x: Tensor, _ y: Tensor) {
  precondition(
    x.shape == y.shape && x.dtype == y.dtype && x.dtype.isFloatingPoint,
    "\(name): a \(x.dtype.rawValue) tensor of shape \(x.shape) and a \(y.dtype.rawValue) tensor of shape \(y.shape)"
  )
}

extension Tensor {
  /// log(1 + e^x), without overflow.
  func softplus() -> Tensor { -(-self).logSigmoid() }

  /// `self` where the mask is 1, `other` where it is 0.
  func chosen(by mask: Tensor, else other: Tensor) -> Tensor {
    masked(by: mask) + other.masked(by: 1 - mask)
  }

  /// 1 where an element is below, or up to, a number.
  func isBelow(_ limit: Double, included: Bool = false) -> Tensor {
    let x = detached()
    return included ? 1 - (x .> x.constant(limit)) : x.constant(limit) .> x
  }
}
