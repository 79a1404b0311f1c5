import CDescent

/// What a step does that meets a NaN or an infinity among the gradients.
public enum NonFiniteGuard: Sendable {
  /// It goes into the parameters, as in PyTorch. Costs nothing.
  case propagate
  /// The step changes nothing, not even the step count.
  case skip
  /// The step changes nothing and throws.
  case stop

  var c: dsc_guard {
    switch self {
    case .propagate: DSC_GUARD_PROPAGATE
    case .skip: DSC_GUARD_SKIP
    case .stop: DSC_GUARD_STOP
    }
  }
}

/// What a step did.
public struct StepReport: Sendable {
  /// Whether the guard kept the step from changing anything.
  public let wasSkipped: Bool
  /// The Euclidean norm of all gradients together, before clipping; nil unless clipping by norm, a guard or
  /// `collectsStatistics` asked for it.
  public let gradientNorm: Double?
  /// The largest gradient's absolute value; nil likewise.
  public let largestGradient: Double?
  /// Their norm of the order by which they are clipped, as `clip_grad_norm_` returns it; nil without clipping by norm.
  public let clipNorm: Double?
  /// What clipping by norm multiplied the gradients by, the least of it.
  public let clipScale: Double
  /// The groups' penalties, at the weights before the step: to be added to the loss.
  public let penalty: Double
  /// How many numbers were updated.
  public let updatedCount: Int
  /// Steps skipped by the guard so far.
  public let skippedSteps: Int
  /// The first parameter whose gradient was found not to be finite.
  public let badParameter: String?
  /// What the closure returned first; nil for steps without one.
  public internal(set) var loss: Double?
}

/// What the last step did to a group of parameters.
public struct GroupStatistics: Sendable {
  /// The gradients' Euclidean norm, before clipping.
  public let gradientNorm: Double
  /// The weights' norm, before the step.
  public let weightNorm: Double
  /// The norm of what the step added to the weights.
  public let updateNorm: Double
  /// The share of the gradient's elements that clipping changed.
  public let clippedShare: Double

  /// The update's norm over the weights': about 1e-3 is usual. NaN for weights of 0.
  public var updateRatio: Double { updateNorm / weightNorm }
}
