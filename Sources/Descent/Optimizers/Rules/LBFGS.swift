/// L-BFGS, a quasi-Newton method that remembers its last steps: `torch.optim.LBFGS`; Nocedal and Wright
/// 2006.
///
///     w += t d, d = -H g, H the inverse Hessian that the last historySize steps tell
///
/// The only group of its optimizer; steps need a closure: `optimizer.step { ... }`.
public struct LBFGS: OptimizerRule {
  /// How far to go along a direction.
  public enum LineSearch: Int, Sendable {
    /// As far as the learning rate says.
    case none
    /// To a point that meets the strong Wolfe conditions.
    case strongWolfe
  }

  /// The first step tried along the direction, >= 0.
  public var learningRate: Double
  /// The iterations of a step, >= 1.
  public var maxIterations: Int
  /// The evaluations of a step; nil for 5/4 of the iterations.
  public var maxEvaluations: Int?
  /// Done when no gradient is larger; >= 0.
  public var gradientTolerance: Double
  /// Done when neither loss nor weights change more; >= 0.
  public var changeTolerance: Double
  /// The steps remembered, >= 1.
  public var historySize: Int
  /// How far to go along the direction.
  public var lineSearch: LineSearch

  /// The rule with PyTorch's defaults.
  public init(
    learningRate: Double = 1, maxIterations: Int = 20, maxEvaluations: Int? = nil,
    gradientTolerance: Double = 1e-7, changeTolerance: Double = 1e-9, historySize: Int = 100,
    lineSearch: LineSearch = .none
  ) {
    self.learningRate = learningRate
    self.maxIterations = maxIterations
    self.maxEvaluations = maxEvaluations
    self.gradientTolerance = gradientTolerance
    self.changeTolerance = changeTolerance
    self.historySize = historySize
    self.lineSearch = lineSearch
  }

  /// The rule's name in the table.
  public var ruleName: String { "lbfgs" }
  /// The values by the table's option names.
  public var options: [String: Double] {
    [
      "lr": learningRate, "max_iter": Double(maxIterations), "max_eval": Double(maxEvaluations ?? 0),
      "tolerance_grad": gradientTolerance, "tolerance_change": changeTolerance,
      "history_size": Double(historySize), "line_search_fn": Double(lineSearch.rawValue),
    ]
  }
}
