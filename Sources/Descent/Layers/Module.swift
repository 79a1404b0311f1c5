/// A part of a model: parameters, parts of its own, and a function from input to output.
///
/// Subclass it, keep parts and parameters in properties, and override `forward`, as with `torch.nn.Module`.
/// The parts are found by reflection; their names are the properties', in PyTorch's spelling:
/// `linearReluStack` becomes `linear_relu_stack`.
open class Module {
  /// Whether the module is being trained; layers like dropout will ask.
  public private(set) var isTraining = true

  /// A module without parts; subclasses add theirs.
  public init() {}

  /// The output for an input. To be overridden.
  open func forward(_ x: Tensor) -> Tensor {
    stop("\(type(of: self)) does not override forward")
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { forward(x) }

  /// The parts and parameters, named, in the order of their declaration. Override it where reflection does not
  /// see them.
  open var members: [(name: String, member: Member)] {
    var found: [(String, Member)] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    var levels: [Mirror] = []
    while let level = mirror {
      levels.insert(level, at: 0)
      mirror = level.superclassMirror
    }
    for child in levels.flatMap(\.children) {
      guard let label = child.label else { continue }
      Self.collect(child.value, name: label.snakeCased, into: &found)
    }
    return found.map { (name: $0.0, member: $0.1) }
  }

  /// What a module consists of.
  public enum Member {
    /// A module inside.
    case module(Module)
    /// A tensor to train.
    case parameter(Parameter)
    /// A tensor that is part of the model's state and not trained, as batch norm's running means.
    case buffer(Tensor)
  }

  private static func collect(_ value: Any, name: String, into found: inout [(String, Member)]) {
    switch value {
    case let parameter as Parameter: found.append((name, .parameter(parameter)))
    case let buffer as Buffer: found.append((name, .buffer(buffer.tensor)))
    case let module as Module: found.append((name, .module(module)))
    case let list as [Module]:
      for (index, module) in list.enumerated() { found.append(("\(name).\(index)", .module(module))) }
    case let optional as Parameter?: if let optional { found.append((name, .parameter(optional))) }
    default: break
    }
  }

  /// Every parameter with its full name, as in PyTorch's state_dict: "linear_relu_stack.0.weight". A parameter
  /// that is used twice appears once.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    var seen = Set<ObjectIdentifier>()
    return allParameters(prefix: "").filter { seen.insert(ObjectIdentifier($0.parameter)).inserted }
  }

  private func allParameters(prefix: String) -> [(name: String, parameter: Parameter)] {
    members.flatMap { name, member -> [(name: String, parameter: Parameter)] in
      switch member {
      case .parameter(let parameter): [(prefix + name, parameter)]
      case .module(let module): module.allParameters(prefix: prefix + name + ".")
      case .buffer: []
      }
    }
  }

  /// Every buffer with its full name.
  public var namedBuffers: [(name: String, buffer: Tensor)] {
    members.flatMap { name, member -> [(name: String, buffer: Tensor)] in
      switch member {
      case .buffer(let buffer): [(name, buffer)]
      case .module(let module): module.namedBuffers.map { (name + "." + $0.name, $0.buffer) }
      case .parameter: []
      }
    }
  }

  /// The module and all modules inside, outer ones first.
  public var modules: [Module] {
    [self]
      + members.flatMap { _, member -> [Module] in
        if case .module(let module) = member { module.modules } else { [] }
      }
  }

  /// Every parameter, in order.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// Sets the module and its parts to training.
  public func train() { setTraining(true) }

  /// Sets the module and its parts to evaluation.
  public func eval() { setTraining(false) }

  private func setTraining(_ on: Bool) {
    isTraining = on
    for (_, member) in members {
      if case .module(let module) = member { module.setTraining(on) }
    }
  }
}

/// Makes a property's tensor one of its module's buffers: saved and loaded, not trained.
public struct Buffer {
  /// The tensor, which is changed in place.
  public let tensor: Tensor

  /// A buffer that starts with these numbers.
  public init(_ initial: Tensor) { tensor = initial.clone() }
}

extension String {
  /// camelCase as snake_case.
  fileprivate var snakeCased: String {
    reduce(into: "") { result, character in
      if character.isUppercase && !result.isEmpty { result.append("_") }
      result.append(contentsOf: character.lowercased())
    }
  }
}
