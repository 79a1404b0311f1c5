/// A part of a model: parameters, parts of its own, and a function from input to output.
///
/// Subclass it, keep parts and parameters in properties, and override `forward`, as with `torch.nn.Module`:
///
///     final class Net: Module {
///       let blocks = [Linear(8, 8), Linear(8, 8)]
///       let scale = Parameter(.ones([1]))
///       override func forward(_ x: Tensor) -> Tensor { blocks.reduce(x) { $1($0).relu() } * scale }
///     }
///
/// Parts and parameters are found in properties, and in arrays, dictionaries, optionals, tuples and structures that are
/// properties. Their names are the properties', in PyTorch's spelling: `linearReluStack` becomes `linear_relu_stack`, the
/// blocks above are "blocks.0" and "blocks.1"; a name that begins with a capital, as `Wq`, stays as it is. They are looked
/// up once, when they are first asked for: call `findMembers()` after putting others in their place.
///
/// Arrays and dictionaries of modules take the places of `torch.nn.ModuleList` and `ModuleDict`, with their names.
///
/// A module of several inputs or outputs has a method of its own for them, usually `callAsFunction`, and calls its parts:
///
///     func callAsFunction(_ query: Tensor, _ memory: Tensor) -> (Tensor, Tensor)
open class Module {
  /// Whether the module is being trained; layers as batch normalization ask.
  public private(set) var isTraining = true { didSet { modeChanged() } }
  private var found: [(name: String, member: Member)]?
  /// Sees the output of every call while the model's structure is being looked at.
  private var observer: ((Module, Tensor) -> Void)?
  /// What `addForwardHook` was given, in order.
  var hooks: [ForwardHook] = []

  /// A module without parts; subclasses add theirs.
  public init() {}

  /// The output for an input. To be overridden.
  open func forward(_ x: Tensor) -> Tensor {
    stop("\(type(of: self)) does not override forward(_:)")
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = forward(x)
    return isObserved ? show(y, of: x) : y
  }

  // MARK: What it consists of

  /// What a module consists of.
  public enum Member {
    /// A module inside.
    case module(Module)
    /// A tensor to train.
    case parameter(Parameter)
    /// A tensor that is part of the model's state and not trained, as batch norm's running means.
    case buffer(Tensor)
  }

  /// The parts and parameters, named, in the order of their declaration. Override it to name them otherwise.
  open var members: [(name: String, member: Member)] {
    if found == nil { findMembers() }
    return found ?? []
  }

  /// Looks the parts and parameters up again.
  ///
  /// - Precondition: no two of them have one name, and none is in a property where it cannot be named, as in a set.
  public func findMembers() { found = MemberSearch.members(of: self) }

  /// Every parameter with its full name, as in PyTorch's state_dict: "linear_relu_stack.0.weight". A parameter
  /// that is used twice appears once.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    named { if case .parameter(let parameter) = $0 { parameter } else { nil } }.map { ($0, $1) }
  }

  /// Every buffer with its full name; one that is used twice appears once.
  public var namedBuffers: [(name: String, buffer: Tensor)] {
    named { if case .buffer(let buffer) = $0 { buffer } else { nil } }.map { ($0, $1) }
  }

  /// The module and all modules inside with their full names, outer ones first; its own name is empty. One that is used
  /// twice appears once.
  public var namedModules: [(name: String, module: Module)] {
    [("", self)]
      + named { if case .module(let module) = $0, module !== self { module } else { nil } }.map { ($0, $1) }
  }

  /// The parameters, then the buffers, by all of their names, or the first.
  func namedState(onlyFirst: Bool) -> [(name: String, tensor: Tensor)] {
    let parameters = named(onlyFirst: onlyFirst) {
      if case .parameter(let parameter) = $0 { parameter as Tensor } else { nil }
    }
    return
      (parameters + named(onlyFirst: onlyFirst) { if case .buffer(let buffer) = $0 { buffer } else { nil } })
      .map { ($0, $1) }
  }

  /// What `pick` finds in the module and in all modules inside: each by its first name, or by all.
  private func named<Item: AnyObject>(
    onlyFirst: Bool = true, _ pick: (Member) -> Item?
  ) -> [(name: String, item: Item)] {
    var seen = Set<ObjectIdentifier>()
    var list: [(name: String, item: Item)] = []
    visit("") { name, member in
      guard let item = pick(member) else { return }
      if seen.insert(ObjectIdentifier(item)).inserted || !onlyFirst { list.append((name, item)) }
    }
    return list
  }

  /// - Parameter outer: the modules that this one is in: what leads back to one of them, as a pointer to a parent, is no
  ///   part.
  private func visit(_ prefix: String, in outer: [Module] = [], _ body: (String, Member) -> Void) {
    let path = outer + [self]
    for (name, member) in members {
      if case .module(let module) = member, path.contains(where: { $0 === module }) { continue }
      body(prefix + name, member)
      if case .module(let module) = member { module.visit(prefix + name + ".", in: path, body) }
    }
  }

  /// The module and all modules inside, outer ones first.
  public var modules: [Module] { namedModules.map(\.module) }

  /// Every parameter, in order.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// The number of parameters' elements.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  // MARK: Training and evaluation

  /// Sets the module and its parts to training.
  public func train() { for module in modules { module.isTraining = true } }

  /// Sets the module and its parts to evaluation.
  public func eval() { for module in modules { module.isTraining = false } }

  /// Called when `isTraining` was set.
  func modeChanged() {}

  /// Sets only the module itself to training.
  final func resumeTraining() { isTraining = true }

  // MARK: Looking at calls

  /// What the description says of the module's options.
  var summaryOfOptions: String { "" }

  /// Tells who looks that the module was called, by its input and output, or the first of several.
  ///
  /// - Returns: the output, or what a hook has put in its place.
  final func show(_ output: Tensor, of input: Tensor) -> Tensor {
    let shown = hooks.reduce(output) { $1.body(self, input, $0) ?? $0 }
    observer?(self, shown)
    return shown
  }

  /// Whether the module must be called by itself, since somebody looks at its output.
  final var isObserved: Bool { observer != nil || !hooks.isEmpty }

  /// Runs `body` while `observer` sees the output of every part's call, and nobody else does. It is written to every part:
  /// no other thread may call the module meanwhile.
  func observed<Result>(by observer: @escaping (Module, Tensor) -> Void, _ body: () -> Result) -> Result {
    let before = modules.map { ($0, $0.observer) }
    for (part, _) in before { part.observer = observer }
    defer { for (part, observer) in before { part.observer = observer } }
    return body()
  }
}

/// Makes a property's tensor one of its module's buffers: saved and loaded, not trained.
public struct Buffer {
  /// The tensor, which is changed in place.
  public let tensor: Tensor

  /// A buffer that starts with these numbers.
  public init(_ initial: Tensor) { tensor = initial.detached().clone() }

  init(sharing tensor: Tensor) { self.tensor = tensor }
}
