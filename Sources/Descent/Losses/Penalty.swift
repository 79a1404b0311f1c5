import CDescent

/// A regulariser: `l1 Σ |w| + l2 / 2 Σ w²`. With both it is the elastic net (Zou and Hastie 2005).
///
/// Either as a tensor expression, `loss + Penalty(l1: 1e-4)(model.parameters)`, or in the optimizer's pass,
/// `optimizer.setPenalty(Penalty(l1: 1e-4))`, which costs no pass of its own; the two agree. An l2 has the gradient of
/// `weightDecay`.
public struct Penalty: Sendable {
  /// The factor of the absolute values, >= 0.
  public var l1: Double
  /// Twice the factor of the squares, >= 0.
  public var l2: Double

  /// A penalty; 0 and 0 is none.
  public init(l1: Double = 0, l2: Double = 0) { (self.l1, self.l2) = (l1, l2) }

  /// The penalty of these tensors, a scalar; differentiable to any order.
  ///
  /// - Precondition: there is a tensor.
  public func callAsFunction(_ parameters: [Tensor]) -> Tensor {
    demand(!parameters.isEmpty, "the penalty of no tensors")
    let terms = parameters.map { w in w.abs().sum() * l1 + (w * w).sum() * (l2 / 2) }
    return terms.dropFirst().reduce(terms[0], +)
  }
}

extension Optimizer {
  /// Adds a penalty on a group's parameters to what is minimized, from the next step on.
  ///
  /// - Throws: `DescentError` for factors that are negative or not finite, and for `LBFGS`, whose closure must add it.
  public func setPenalty(_ penalty: Penalty, group: Int = 0) throws(DescentError) {
    try check(dsc_optimizer_set_penalty(handle, group, penalty.l1, penalty.l2))
  }
}
