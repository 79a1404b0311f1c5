import CDescent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Parameters that share a rule.
public struct ParameterGroup {
  /// The parameters with their names.
  public var parameters: [(name: String, parameter: Parameter)]
  /// How they are updated.
  public var rule: any OptimizerRule

  /// A group of named parameters, as a module gives them.
  public init(_ parameters: [(name: String, parameter: Parameter)], _ rule: any OptimizerRule) {
    self.parameters = parameters
    self.rule = rule
  }
}

/// What a step does that meets a NaN or an infinity among the gradients.
public enum NonFiniteGuard: Sendable {
  /// It goes into the parameters, as in PyTorch. Costs nothing.
  case propagate
  /// The step changes nothing, not even the step count.
  case skip
  /// The step changes nothing and throws.
  case stop

  fileprivate var c: dsc_guard {
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
  /// The norm of all gradients together, before clipping; nil unless clipping by norm, a guard or
  /// `measuresGradients` asked for it.
  public let gradientNorm: Double?
  /// The largest gradient's absolute value; nil likewise.
  public let largestGradient: Double?
  /// What clipping by norm multiplied the gradients by.
  public let clipScale: Double
  /// How many numbers were updated.
  public let updatedCount: Int
  /// Steps skipped by the guard so far.
  public let skippedSteps: Int
  /// The first parameter whose gradient was found not to be finite.
  public let badParameter: String?
}

/// Updates parameters by their gradients: one call into the C core a step, over all of them.
///
///     let optimizer = try Optimizer(for: model, SGD(learningRate: 1e-3, momentum: 0.5))
///     loss.backward()
///     try optimizer.step()
///     optimizer.zeroGrad()
///
/// The parameters and their gradients move into two flat buffers when the optimizer is made. Parameters without
/// a gradient are left alone by a step, as in PyTorch.
public final class Optimizer {
  /// The parameters by name, in the order of the groups.
  public let parameters: [(name: String, parameter: Parameter)]
  /// The rules as given, one for each group.
  public let rules: [any OptimizerRule]
  let flat: FlatParameters
  let handle: OpaquePointer
  private let hasGradient: UnsafeMutablePointer<UInt8>
  /// The parameters again, for loops that are run at every step: without reference counting.
  private let list: [Unmanaged<Parameter>]

  /// An optimizer for all of a model's parameters.
  ///
  /// - Throws: `DescentError` for options that are unknown, out of range or do not go together.
  public convenience init(for model: Module, _ rule: any OptimizerRule) throws(DescentError) {
    try self.init(groups: [ParameterGroup(model.namedParameters, rule)])
  }

  /// An optimizer for these parameters.
  public convenience init(_ parameters: [Parameter], _ rule: any OptimizerRule) throws(DescentError) {
    let named = parameters.enumerated().map { (name: "\($0.offset)", parameter: $0.element) }
    try self.init(groups: [ParameterGroup(named, rule)])
  }

  /// An optimizer for groups of parameters, each with its rule.
  public init(groups: [ParameterGroup]) throws(DescentError) {
    let parameters = groups.flatMap(\.parameters)
    let list = parameters.map(\.parameter)
    guard Set(list.map(ObjectIdentifier.init)).count == list.count else {
      throw DescentError(.invalidArgument, "a parameter appears twice in the optimizer's groups")
    }
    let engine = try Engine(parameters)
    var next = 0
    for group in groups {
      try engine.addGroup(Array(next..<next + group.parameters.count), group.rule)
      next += group.parameters.count
    }
    flat = try FlatParameters(list)
    self.parameters = parameters
    self.list = list.map(Unmanaged.passUnretained)
    rules = groups.map(\.rule)
    handle = engine.release()
    hasGradient = .allocate(capacity: max(list.count, 1))
  }

  deinit {
    dsc_optimizer_destroy(handle)
    hasGradient.deallocate()
  }

  // MARK: Stepping

  /// Updates every parameter that has a gradient.
  ///
  /// - Throws: `DescentError` of code `nonFinite`, naming the parameter, where the guard is `.stop`.
  @discardableResult
  public func step() throws(DescentError) -> StepReport {
    var isComplete = true
    for (index, parameter) in list.enumerated() {
      let has = parameter._withUnsafeGuaranteedRef { $0.hasGradient }
      hasGradient[index] = has ? 1 : 0
      isComplete = isComplete && has
    }
    var step = dsc_step()
    step.parameters = flat.values.pointer
    step.gradients = flat.gradients.pointer
    step.has_gradient = isComplete ? nil : UnsafePointer(hasGradient)
    var report = dsc_step_report()
    let status = dsc_optimizer_step(nil, handle, &step, &report)
    try check(status)
    let measures = measuresGradients || clipNorm != nil || nonFiniteGuard != .propagate
    if status == DSC_OK { flat.values.version &+= 1 }
    return StepReport(
      wasSkipped: status == DSC_STEP_SKIPPED,
      gradientNorm: measures ? report.gradient_norm : nil,
      largestGradient: measures ? report.gradient_largest : nil,
      clipScale: report.clip_scale, updatedCount: report.updated, skippedSteps: report.skipped_steps,
      badParameter: parameters.indices.contains(report.bad_tensor) ? parameters[report.bad_tensor].name : nil)
  }

  /// Forgets all gradients: `grad` is nil until the next backward pass, which then writes instead of adding.
  public func zeroGrad() {
    for parameter in list { parameter._withUnsafeGuaranteedRef { $0.hasGradient = false } }
  }

  // MARK: Options

  /// Scales all gradients so that their common norm is at most this, as `clip_grad_norm_`; nil for off.
  @exclusivity(unchecked) public private(set) var clipNorm: Double?
  /// Limits every gradient's absolute value to this, as `clip_grad_value_`; nil for off.
  public private(set) var clipValue: Double?
  /// What happens to gradients that are not finite.
  @exclusivity(unchecked) public private(set) var nonFiniteGuard = NonFiniteGuard.propagate
  /// Whether every step's report has the gradients' norm, at the cost of one more pass over them.
  @exclusivity(unchecked) public var measuresGradients = false {
    didSet { require(dsc_optimizer_set_statistics(handle, measuresGradients)) }
  }

  /// Sets clipping by norm and by value; the norm comes first.
  ///
  /// - Throws: `DescentError` for a negative limit or NaN.
  public func setClipping(norm: Double? = nil, value: Double? = nil) throws(DescentError) {
    try check(dsc_optimizer_set_clip_norm(handle, norm ?? .infinity))
    try check(dsc_optimizer_set_clip_value(handle, value ?? .infinity))
    (clipNorm, clipValue) = (norm, value)
  }

  /// Sets what a step does about gradients that are not finite.
  public func setGuard(_ value: NonFiniteGuard) {
    require(dsc_optimizer_set_guard(handle, value.c))
    nonFiniteGuard = value
  }

  /// The value of an option of a group, by the table's name.
  public func option(_ name: String, group: Int = 0) throws(DescentError) -> Double {
    var value = 0.0
    try check(dsc_optimizer_get_option(handle, group, name, &value))
    return value
  }

  /// Changes options of a group together, all or none, from the next step on.
  ///
  /// - Throws: `DescentError` with the name, the value and the allowed range.
  public func setOptions(_ options: [String: Double], group: Int = 0) throws(DescentError) {
    try check(
      withOptions(options) { count, pointer in dsc_optimizer_set_options(handle, group, count, pointer) })
  }
}

/// The C engine while it is being set up: destroyed unless released.
private final class Engine {
  private var handle: OpaquePointer?

  init(_ parameters: [(name: String, parameter: Parameter)]) throws(DescentError) {
    let dtype = parameters.first?.parameter.dtype ?? .float32
    let lengths = parameters.map(\.parameter.count)
    let names = parameters.map { UnsafePointer(strdup($0.name)) }
    defer { for name in names { free(UnsafeMutableRawPointer(mutating: name)) } }
    let status = names.withUnsafeBufferPointer {
      dsc_optimizer_create(dtype.c, lengths.count, lengths, $0.baseAddress, &handle)
    }
    try check(status)
  }

  func addGroup(_ indices: [Int], _ rule: any OptimizerRule) throws(DescentError) {
    try check(
      withOptions(rule.options) { count, pointer in
        dsc_optimizer_add_group(handle, rule.ruleName, indices.count, indices, count, pointer, nil)
      })
  }

  func release() -> OpaquePointer {
    defer { handle = nil }
    return handle!
  }

  deinit { dsc_optimizer_destroy(handle) }
}

/// Options as C wants them, in the order of their names.
private func withOptions(
  _ options: [String: Double], _ body: (Int, UnsafePointer<dsc_option>?) -> dsc_status
) -> dsc_status {
  let list = options.sorted { $0.key < $1.key }.map {
    dsc_option(name: UnsafePointer(strdup($0.key)), value: $0.value)
  }
  defer { for option in list { free(UnsafeMutableRawPointer(mutating: option.name)) } }
  return list.withUnsafeBufferPointer { body($0.count, $0.baseAddress) }
}
