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
  /// What the mean multiplies by, where gradients are to be differentiated; nil: 1 over the number of values.
  var scale: Double?

  /// Runs the kernel for the value and, as far as they will be wanted, the gradients.
  ///
  /// - Parameters:
  ///   - kernel: computes the value and the gradients by x, y and z in one pass.
  ///   - slopes: the derivatives of each unreduced value by x, y and z in tensor operations, which gradients of gradients
  ///     are taken from; nil: they do not depend on the inputs. Their numbers are not used: those are the kernel's.
  func callAsFunction(
    _ x: Tensor, _ y: Tensor? = nil, _ z: Tensor? = nil, kernel: (LossResults) -> dsc_status,
    slopes: (() -> InputGradients)?
  ) -> Tensor {
    let records = Tensor.records(x, y, z)
    func room(_ input: Tensor?) -> Tensor? {
      guard records, let input, input.requiresGrad else { return nil }
      return Tensor(uninitialized: input.shape, dtype: input.dtype)
    }
    let value = Tensor(uninitialized: reduction == .none ? values : Shape(), dtype: x.dtype)
    let found = (room(x), room(y), room(z))
    require(
      kernel(LossResults(value: value.data, dx: found.0?.data, dy: found.1?.data, dz: found.2?.data)))
    return value.recorded(operation, x, y, z) { _, upstream, pass in
      gradients(found, upstream, pass, slopes: slopes)
    }
  }

  /// The kernel's gradients times the upstream one; differentiable in turn if the pass creates a graph.
  func gradients(
    _ found: InputGradients, _ upstream: Tensor, _ pass: BackwardPass, slopes: (() -> InputGradients)?
  ) -> InputGradients {
    let found = pass.createsGraph ? recorded(found, slopes?()) : found
    if upstream.isSeed { return found }
    let factor = upstream.reshaped(upstream.count == 1 ? Shape() : broadcast ?? values)
    return (found.0.map { $0 * factor }, found.1.map { $0 * factor }, found.2.map { $0 * factor })
  }

  /// The same numbers as tensors that depend on the inputs as the slopes do.
  private func recorded(_ found: InputGradients, _ slopes: InputGradients?) -> InputGradients {
    let scale = reduction == .mean ? scale ?? 1 / Double(values.elementCount) : 1
    func one(_ found: Tensor?, _ slope: Tensor?) -> Tensor? {
      // A copy: the leaf that it is given to may change it, and the kernel's numbers are used again.
      found.map { numbers in
        slope.map { Tensor.slope(numbers.clone(), by: $0 * scale) } ?? numbers.clone()
      }
    }
    return (one(found.0, slopes?.0), one(found.1, slopes?.1), one(found.2, slopes?.2))
  }
}

extension Tensor {
  /// A slope's numbers, with the derivatives of another tensor that stands for the same.
  static func slope(_ numbers: Tensor, by other: Tensor) -> Tensor {
    numbers.recorded(.lossSlope, other) { _, g, _ in (g, nil, nil) }
  }

  /// These numbers with the given derivatives by a and b, element by element: those of a formula would be wrong at its
  /// edges.
  func derived(
    by a: Tensor, _ byA: @escaping () -> Tensor, by b: Tensor? = nil, _ byB: (() -> Tensor)? = nil
  ) -> Tensor {
    detached().recorded(.lossSlope, a, b) { _, g, _ in
      (a.requiresGrad ? g * byA() : nil, b?.requiresGrad == true ? byB.map { g * $0() } : nil, nil)
    }
  }

  /// `sigmoid()`, with s(x) s(-x) as its derivative: of s (1 - s) nothing is left where s is nearly 1.
  func logistic() -> Tensor { sigmoid().derived(by: self, { self.sigmoid() * (-self).sigmoid() }) }

  /// Losses as one number.
  func reduced(_ reduction: Reduction, divisor: Double) -> Tensor {
    switch reduction {
    case .none: self
    case .sum: sum()
    case .mean: sum() / divisor
    }
  }

  /// log(1 + e^x), without overflow.
  func softplus() -> Tensor { -(-self).logSigmoid() }

  /// `self` where the mask is 1, `other` where it is 0.
  func chosen(by mask: Tensor, else other: Tensor) -> Tensor {
    masked(by: mask) + other.masked(by: 1 - mask)
  }

  /// 1 where an element is below a number.
  func isBelow(_ limit: Double) -> Tensor { constant(limit) .> detached() }

  /// 1 where an element is 0 or more.
  var isNotNegative: Tensor {
    let (x, zero) = (detached(), constant(0))
    return (x .> zero) + (x .== zero)
  }

  /// max(x, 0) with the derivatives of `torch.clamp_min`: 1 at 0, and 0 at NaN, which itself stays.
  func hinged() -> Tensor {
    let x = detached()
    return masked(by: isNotNegative) + x.masked(by: 1 - (x .== x))
  }
}
