/// A rule whose steps are tensor operations, so that gradients flow through them: PyTorch's `differentiable=True`.
///
///     var state = DifferentiableState()
///     for _ in 0..<steps {
///       let g = gradients(of: loss(w), at: w, createGraph: true)
///       w = Adam().updated(w, gradients: g, state: &state, learningRate: rate)
///     }
///     loss(w).backward()                         // the derivative with respect to `rate`, among others
public protocol DifferentiableRule: OptimizerRule {
  /// The step size, used where none is given.
  var learningRate: Double { get }
  /// Whether to climb instead of to descend.
  var maximize: Bool { get }
  /// The L2 penalty.
  var weightDecay: Double { get }
  /// Whether weight decay shrinks the weights instead of joining the gradient.
  var shrinksWeights: Bool { get }
  /// What one step subtracts from parameter `index`, which has gradient `g`; reads and replaces its state.
  func step(_ g: Tensor, _ index: Int, _ state: inout DifferentiableState, _ rate: Tensor) -> Tensor
}

/// What differentiable steps remember: a graph, as long as gradients flow through it.
public struct DifferentiableState {
  /// The steps done.
  public internal(set) var step = 0
  /// The slots by name, a tensor for each parameter.
  public internal(set) var slots: [String: [Int: Tensor]] = [:]

  /// No steps done.
  public init() {}

  subscript(_ name: String, _ index: Int) -> Tensor? {
    get { slots[name]?[index] }
    set { slots[name, default: [:]][index] = newValue }
  }
}

extension DifferentiableRule {
  /// Whether weight decay shrinks the weights: not usually.
  public var shrinksWeights: Bool { false }

  /// The parameters after one step, by the same formulas as `Optimizer`'s.
  ///
  /// - Parameters:
  ///   - gradients: one for each parameter.
  ///   - learningRate: a scalar tensor in place of the rule's step size.
  public func updated(
    _ parameters: [Tensor], gradients: [Tensor], state: inout DifferentiableState, learningRate: Tensor? = nil
  ) -> [Tensor] {
    demand(
      parameters.count == gradients.count, "\(parameters.count) parameters with \(gradients.count) gradients")
    state.step += 1
    return parameters.indices.map { index in
      var (w, g) = (parameters[index], gradients[index])
      let rate = learningRate ?? Tensor([self.learningRate], shape: [], dtype: w.dtype)
      if maximize { g = -g }
      if weightDecay != 0 {
        if shrinksWeights { w = w * (1 - rate * weightDecay) } else { g = g + w * weightDecay }
      }
      return w - step(g, index, &state, rate)
    }
  }
}

extension Tensor {
  /// `weight` of the way to other numbers; all the way is exactly there.
  func mixed(with other: Tensor, _ weight: Double) -> Tensor {
    weight < 0.5 ? self + (other - self) * weight : other - (other - self) * (1 - weight)
  }
}
