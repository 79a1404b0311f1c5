/// Muon, momentum made orthogonal, for matrices: `torch.optim.Muon`; Jordan 2024.
///
///     m += (1 - momentum)(g - m)
///     X  = g + momentum (m - g) with nesterov, else m; divided by its norm; stepCount times
///     X  = a X + (b G + c G²) X, G = X Xᵀ
///     w  = (1 - learningRate weightDecay) w - learningRate f X
///
/// Parameters of rank 2 only: give the others a rule of their own in a second group. PyTorch rounds X to bfloat16;
/// Descent computes in the parameters' type.
public struct Muon: OptimizerRule {
  /// How the learning rate depends on a matrix's shape: the f of the formula.
  public enum Adjustment: Int, Sendable {
    /// √max(1, rows / columns).
    case original
    /// 0.2 √max(rows, columns): steps as large as AdamW's.
    case matchRMSAdamW
  }

  /// The step size, >= 0.
  public var learningRate: Double
  /// Decoupled weight decay: the weights shrink by `learningRate * weightDecay`; >= 0.
  public var weightDecay: Double
  /// The decay of the running mean of gradients, >= 0.
  public var momentum: Double
  /// Whether to mix the gradient into the mean once more.
  public var nesterov: Bool
  /// The a, b and c of the iteration.
  public var coefficients: (Double, Double, Double)
  /// The least norm that the mean is divided by, >= 0.
  public var eps: Double
  /// The number of Newton-Schulz iterations, in [0, 99].
  public var stepCount: Int
  /// How the learning rate depends on the shape.
  public var adjustment: Adjustment

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, weightDecay: Double = 0.1, momentum: Double = 0.95, nesterov: Bool = true,
    coefficients: (Double, Double, Double) = (3.4445, -4.7750, 2.0315), eps: Double = 1e-7,
    stepCount: Int = 5, adjustment: Adjustment = .original
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.nesterov = nesterov
    self.coefficients = coefficients
    self.eps = eps
    self.stepCount = stepCount
    self.adjustment = adjustment
  }

  /// The rule's name in the table.
  public var ruleName: String { "muon" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "weight_decay": weightDecay, "momentum": momentum, "nesterov": nesterov.asOption,
      "ns_a": coefficients.0, "ns_b": coefficients.1, "ns_c": coefficients.2, "eps": eps,
      "ns_steps": Double(stepCount), "adjust_lr_fn": Double(adjustment.rawValue),
    ]
  }
}
