import CDescent

extension Newton {
  /// Trains a model by Newton's method on all data at once: the same modules and losses that `Optimizer` trains, from
  /// where they are. After some epochs of Adam it finishes what Adam began.
  ///
  ///     try trainer.fit(loader, epochs: 5)
  ///     let result = try Newton.fit(model, MSELoss(), loader)
  ///
  /// What is minimized is the mean over all samples of the batches' losses, which are means themselves, plus the penalty.
  /// It is computed in float64 whatever the model's type is, and the model keeps its type, its place in an optimizer's
  /// buffers, and the optimizer its state. By default up to 1000 parameters have their exact Hessian, and more of them
  /// Hessian-vector products.
  ///
  /// - Parameters:
  ///   - model: its parameters that require gradients are changed; whatever happens, they end where the last iteration did.
  ///   - loss: of a batch's output and targets.
  ///   - data: batches, as a `DataLoader` gives them; smaller ones need less memory, fewer ones less time.
  ///   - penalty: on all parameters. Its l1 has no second derivative: only l2 is allowed.
  ///   - options: the method, and when to stop.
  ///   - progress: sees every iteration; true ends the run.
  /// - Throws: `DescentError` for a model without parameters or with ones that are not finite, for no data, a loss that is
  ///   no scalar, options out of range; what a loader's data set throws.
  @discardableResult
  public static func fit(
    _ model: Module, _ loss: any Loss, _ data: some Sequence<Batch>, penalty: Penalty = Penalty(),
    options: NewtonOptions = NewtonOptions(), progress: ((NewtonResult.Iterate) -> Bool)? = nil
  ) throws(DescentError) -> NewtonResult {
    guard penalty.l1 == 0 && penalty.l2 >= 0 else {
      throw DescentError(
        .invalidArgument,
        "the penalty has l1 \(penalty.l1) and l2 \(penalty.l2); Newton's method takes l1 0 and l2 >= 0")
    }
    let batches = try collected(data).map(\.widened)
    let samples = batches.reduce(0) { $0 + $1.count }
    guard samples > 0 else { throw DescentError(.invalidArgument, "there are no samples to fit") }
    let parameters = model.parameters.filter(\.requiresGrad)
    guard !parameters.isEmpty else {
      throw DescentError(.invalidArgument, "the model has no parameters that require gradients")
    }
    return try model.inFloat64 { () throws(DescentError) in
      let objective = NewtonObjective(
        count: parameters.reduce(0) { $0 + $1.count },
        place: { numbers in
          var at = 0
          for parameter in parameters {
            parameter.copy(
              from: Tensor(Array(numbers[at..<at + parameter.count]), shape: parameter.shape))
            at += parameter.count
          }
          return parameters
        },
        visit: { leaves, body throws(DescentError) in
          for batch in batches {
            let value = loss(model(batch.inputs), batch.targets)
            try body(value * (Double(batch.count) / Double(samples)))
          }
          if penalty.l2 > 0 { try body(penalty(leaves)) }
        })
      let result = try minimize(objective, parameters.flatMap(\.doubles), nil, options, progress)
      result.x.withUnsafeBufferPointer { _ = objective.place($0) }
      return result
    }
  }
}

/// All batches; of a loader, as one that can fail.
private func collected(_ data: some Sequence<Batch>) throws(DescentError) -> [Batch] {
  guard let source = data as? any BatchSource else { return Array(data) }
  var batches: [Batch] = []
  try source.forEachBatch { batch throws(DescentError) in batches.append(batch) }
  return batches
}

extension Batch {
  /// Its numbers in float64; classes stay classes.
  fileprivate var widened: Batch {
    func wide(_ tensor: Tensor) -> Tensor { tensor.dtype.isFloatingPoint ? tensor.to(.float64) : tensor }
    return Batch(inputs: wide(inputs), targets: wide(targets))
  }
}

extension Module {
  /// Runs `body` while all parameters and buffers are float64, then returns what they hold to where they were.
  fileprivate func inFloat64<Result>(
    _ body: () throws(DescentError) -> Result
  ) throws(DescentError) -> Result {
    let tensors = parameters as [Tensor] + namedBuffers.map(\.buffer)
    let narrow = tensors.map { $0.widen() }
    defer { for (tensor, old) in zip(tensors, narrow) { tensor.narrow(to: old) } }
    return try body()
  }
}

extension Tensor {
  /// Becomes float64, in memory of its own; what it was.
  fileprivate func widen() -> Tensor {
    guard dtype.isFloatingPoint else { return self }
    let other = detached().to(.float64).clone()
    become(other)
    return other
  }

  /// Undoes `widen`, with the numbers it has now.
  fileprivate func narrow(to old: Tensor) {
    guard old !== self else { return }
    become(old)
    copy(from: old.detached())
  }
}
