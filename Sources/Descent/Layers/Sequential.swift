import CDescent

/// Modules one after another, as `torch.nn.Sequential`:
///
///     let model = Sequential {
///       Linear(784, 512)
///       ReLU()
///       Linear(512, 10)
///     }
///
/// A linear layer and a ReLU behind it are computed by one kernel.
public final class Sequential: Module {
  /// The modules, in order.
  public let layers: [Module]
  private let stages: [Stage]

  private enum Stage {
    case module(Module)
    /// A layer, and the activation behind it that it applies itself.
    case fused(Layer, Layer)
  }

  /// The modules listed in the closure.
  public convenience init(@LayerBuilder _ layers: () -> [Module]) { self.init(layers()) }

  /// These modules.
  public init(_ layers: [Module]) {
    self.layers = layers
    var stages: [Stage] = []
    for module in layers {
      if let activation = module as? Layer, activation.info.activation != DSC_ACTIVATION_NONE,
        case .module(let before as Layer) = stages.last, before.info.fuses_activation
      {
        stages[stages.count - 1] = .fused(before, activation)
      } else {
        stages.append(.module(module))
      }
    }
    self.stages = stages
  }

  public override var members: [(name: String, member: Member)] {
    layers.enumerated().map { ("\($0.offset)", .module($0.element)) }
  }

  /// The last module's output.
  public override func forward(_ x: Tensor) -> Tensor {
    var x = x
    for stage in stages {
      switch stage {
      case .module(let module): x = module(x)
      case .fused(let layer, let activation):
        if layer.isObserved || activation.isObserved {
          x = activation(layer(x))
        } else {
          x = layer.forward(x, followedBy: activation.info.activation)
        }
      }
    }
    return x
  }
}

/// Collects the modules of a `Sequential`; `if` and `for` work inside.
@resultBuilder
public enum LayerBuilder {
  /// One module.
  public static func buildExpression(_ module: Module) -> [Module] { [module] }
  /// Several, made elsewhere.
  public static func buildExpression(_ modules: [Module]) -> [Module] { modules }
  /// One after another.
  public static func buildBlock(_ parts: [Module]...) -> [Module] { parts.flatMap { $0 } }
  /// `if` without `else`.
  public static func buildOptional(_ part: [Module]?) -> [Module] { part ?? [] }
  /// `if`.
  public static func buildEither(first part: [Module]) -> [Module] { part }
  /// `else`.
  public static func buildEither(second part: [Module]) -> [Module] { part }
  /// `for`.
  public static func buildArray(_ parts: [[Module]]) -> [Module] { parts.flatMap { $0 } }
}
