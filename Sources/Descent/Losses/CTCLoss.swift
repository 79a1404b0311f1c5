import CDescent

/// Connectionist temporal classification, as `torch.nn.CTCLoss`: the negative log probability of target sequences, summed
/// over all their alignments with longer inputs. Graves et al. 2006.
///
/// Differentiable once, by the log probabilities; the gradient is PyTorch's, that of the logits behind a `logSoftmax`.
public struct CTCLoss: Sendable {
  /// The class that stands for nothing.
  public var blank: Int
  /// Whether samples whose loss is infinite, as their targets are too long for their inputs, count as 0.
  public var zeroInfinity: Bool
  /// How samples become one number; the mean divides each by its target's length first.
  public var reduction: Reduction

  /// The loss with PyTorch's options and defaults.
  public init(blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false) {
    (self.blank, self.reduction, self.zeroInfinity) = (blank, reduction, zeroInfinity)
  }

  /// The loss: a scalar, or one number a sample without a reduction.
  ///
  /// - Parameters:
  ///   - logProbabilities: [steps, batch, classes], or [steps, classes] for one sample.
  ///   - targets: each sample's classes, without blanks.
  ///   - inputLengths: how many of the steps each sample has; nil: all.
  /// - Precondition: targets are classes other than the blank; lengths are at most the steps.
  public func callAsFunction(
    _ logProbabilities: Tensor, targets: [[Int]], inputLengths: [Int]? = nil
  ) -> Tensor {
    let shape = logProbabilities.shape
    _ = LossArguments("CTCLoss", logProbabilities, name: "logProbabilities")
    demand(
      shape.rank == 2 || shape.rank == 3,
      "CTCLoss: logProbabilities is of shape \(shape), must be [steps, batch, classes] or [steps, classes]")
    let (steps, samples, classes) = (shape[0], shape.rank == 3 ? shape[1] : 1, shape[shape.rank - 1])
    let lengths = inputLengths ?? Array(repeating: steps, count: samples)
    demand(targets.count == samples, "CTCLoss: \(targets.count) targets for \(samples) samples")
    demand(lengths.count == samples, "CTCLoss: \(lengths.count) inputLengths for \(samples) samples")
    let evaluation = LossEvaluation(
      operation: .connectionistTemporalClassification, reduction: reduction,
      values: shape.rank == 3 ? [samples] : [], broadcast: shape.rank == 3 ? [1, samples, 1] : [])
    return evaluation(
      logProbabilities,
      kernel: { results in
        var loss = dsc_ctc()
        (loss.dtype, loss.steps, loss.samples, loss.classes) = (
          logProbabilities.dtype.c, steps, samples, classes
        )
        loss.log_probabilities = UnsafeRawPointer(logProbabilities.data)
        (loss.blank, loss.zero_infinity, loss.reduction) = (Int64(blank), zeroInfinity, reduction.c)
        let flat = targets.flatMap { $0.map(Int64.init) }
        let (inputs, outputs) = (lengths.map(Int64.init), targets.map { Int64($0.count) })
        return flat.withUnsafeBufferPointer { flat in
          inputs.withUnsafeBufferPointer { inputs in
            outputs.withUnsafeBufferPointer { outputs in
              (loss.targets, loss.input_lengths) = (flat.baseAddress, inputs.baseAddress)
              loss.target_lengths = outputs.baseAddress
              return dsc_ctc_run(nil, &loss, results.value, results.dx)
            }
          }
        }
      },
      slopes: { stop("CTCLoss is differentiable once: it has no gradient of its gradient") })
  }
}
