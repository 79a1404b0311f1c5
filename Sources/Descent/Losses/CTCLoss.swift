import CDescent

/// Connectionist temporal classification, as `torch.nn.CTCLoss`: the negative log probability of target sequences, summed
/// over all their alignments with longer inputs. Graves et al. 2006.
///
/// Differentiable once, by the log probabilities; the gradient is PyTorch's, that of the logits behind a `logSoftmax`.
public struct CTCLoss: Loss, Sendable {
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
    self(
      logProbabilities, Tensor(classes: targets.flatMap(\.self)), inputLengths.map(Tensor.init(classes:)),
      Tensor(classes: targets.map(\.count)))
  }

  /// The loss of whole numbers in tensors, as PyTorch has it.
  ///
  /// - Parameters:
  ///   - logProbabilities: [steps, batch, classes], or [steps, classes] for one sample.
  ///   - targets: int64, [batch, longest] with anything behind a sample's own, or one sample's after another's.
  ///   - inputLengths: int64, [batch]; nil: all of the steps.
  ///   - targetLengths: int64, [batch]; nil: all of [batch, longest].
  public func callAsFunction(
    _ logProbabilities: Tensor, _ targets: Tensor, _ inputLengths: Tensor?, _ targetLengths: Tensor?
  ) -> Tensor {
    var options = dsc_ctc_options(
      blank: Int64(blank), zero_infinity: zeroInfinity, reduction: reduction.c)
    return Tensor.make {
      dsc_ctc_loss(
        logProbabilities.handle, targets.handle, inputLengths?.handle, targetLengths?.handle, &options, $0)
    }
  }

  /// The same for samples of full lengths.
  public func callAsFunction(_ logProbabilities: Tensor, _ targets: Tensor) -> Tensor {
    self(logProbabilities, targets, nil, nil)
  }

  /// The same, of a list of two to four of them.
  public func callAsFunction(_ inputs: [Tensor]) -> Tensor {
    demand(2...4 ~= inputs.count, "CTCLoss: \(inputs.count) tensors, must be 2 to 4")
    return self(
      inputs[0], inputs[1], inputs.count > 2 ? inputs[2] : nil, inputs.count > 3 ? inputs[3] : nil)
  }
}
