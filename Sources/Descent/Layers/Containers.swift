/// x + f(x), as a residual block: He et al. 2015, arXiv:1512.03385.
///
///     Residual { Linear(64, 64); ReLU(); Linear(64, 64) }
public final class Residual: Module {
  /// f.
  public let body: Module
  /// What x goes through on its way past f; nil: nothing.
  public let shortcut: Module?

  /// A block around a module, which must keep the shape of what the shortcut makes of x.
  public init(_ body: Module, shortcut: Module? = nil) { (self.body, self.shortcut) = (body, shortcut) }

  /// A block around modules one after another.
  public convenience init(shortcut: Module? = nil, @LayerBuilder _ layers: () -> [Module]) {
    self.init(Sequential(layers()), shortcut: shortcut)
  }

  public override func forward(_ x: Tensor) -> Tensor { body(x) + (shortcut?(x) ?? x) }
}

/// What several modules make of one input, side by side along a dimension, or added up.
public final class Parallel: Module {
  /// The modules, named "0", "1", ... as in a `Sequential`.
  public let branches: [Module]
  /// The dimension along which their outputs follow one another; nil: they are added up.
  public let dim: Int?

  /// These modules.
  public init(dim: Int? = 1, @LayerBuilder _ branches: () -> [Module]) {
    (self.branches, self.dim) = (branches(), dim)
    demand(!self.branches.isEmpty, "Parallel: there is no branch")
  }

  public override var members: [(name: String, member: Member)] {
    branches.enumerated().map { ("\($0.offset)", .module($0.element)) }
  }

  public override func forward(_ x: Tensor) -> Tensor {
    let outputs = branches.map { $0(x) }
    if let dim { return .cat(outputs, dim: dim) }
    return outputs.dropFirst().reduce(outputs[0], +)
  }
}
