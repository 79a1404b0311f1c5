import CDescent

/// Updates parameters by their gradients: one call into the C core a step, over all of them.
///
///     let optimizer = try Optimizer(for: model, SGD(learningRate: 1e-3, momentum: 0.5))
///     loss.backward()
///     try optimizer.step()
///     optimizer.zeroGrad()
///
/// The parameters and their gradients move into two flat buffers when the optimizer is made. Parameters without
/// a gradient are left alone by a step, as in PyTorch; a step in which none has one throws, as it would train
/// nothing. While an optimizer lives, no second one can take its parameters. Gradients that are not zeroed add up
/// over backward passes: for k batches a step, take `(loss / k).backward()` k times.
public final class Optimizer {
  /// The parameters by name, in the order of the groups.
  public private(set) var parameters: [(name: String, parameter: Parameter)]
  /// The rules as given, one for each group.
  public private(set) var rules: [any OptimizerRule]
  /// The rule that `handOver(to:)` put in the place of those that the optimizer was made with.
  @exclusivity(unchecked) var handedOverRule: String?
  private var groupSizes: [Int]
  @exclusivity(unchecked) private(set) var flat: FlatParameters
  @exclusivity(unchecked) private(set) var engine: OptimizerEngine
  @exclusivity(unchecked) private(set) var handle: OpaquePointer
  /// The parameters that steps leave alone, by number.
  @exclusivity(unchecked) var frozen = Set<Int>()
  @exclusivity(unchecked) var clipping = Clipping() { didSet { noteMeasuring() } }
  @exclusivity(unchecked) var hooks = StepHooks() { didSet { hasHooks = !hooks.isEmpty } }
  // What a step would otherwise work out each time.
  @exclusivity(unchecked) private var hasHooks = false
  @exclusivity(unchecked) private var isMeasuring = false
  /// What happens to gradients that are not finite.
  @exclusivity(unchecked) public internal(set) var nonFiniteGuard = NonFiniteGuard.propagate {
    didSet { noteMeasuring() }
  }
  /// Whether steps measure what `StepReport` and `statistics(group:)` have, at the cost of one more pass over the
  /// gradients.
  @exclusivity(unchecked) public var collectsStatistics = false {
    didSet {
      require(dsc_optimizer_set_statistics(handle, collectsStatistics))
      noteMeasuring()
    }
  }

  private func noteMeasuring() {
    isMeasuring = collectsStatistics || clipping.measuresNorm || nonFiniteGuard != .propagate
  }

  /// Whether steps need a closure, as those of `LBFGS`.
  @exclusivity(unchecked) public private(set) var needsClosure: Bool

  // MARK: Making

  /// An optimizer for all of a model's parameters.
  ///
  /// - Throws: `DescentError` for options that are unknown, out of range or do not go together, and for parameters
  ///   that another optimizer has.
  public convenience init(for model: Module, _ rule: any OptimizerRule) throws(DescentError) {
    try self.init(groups: [ParameterGroup(model.namedParameters, rule)])
  }

  /// An optimizer for all of a model's parameters, each with the rule chosen for it:
  ///
  ///     try Optimizer(for: model) { name, parameter in
  ///       if parameter.shape.rank == 2 { Muon() } else { AdamW(weightDecay: 0) }
  ///     }
  public convenience init(
    for model: Module, _ choose: (String, Parameter) -> any OptimizerRule
  ) throws(DescentError) {
    try self.init(groups: ParameterGroup.groups(model.namedParameters, choose))
  }

  /// An optimizer for these parameters.
  public convenience init(_ parameters: [Parameter], _ rule: any OptimizerRule) throws(DescentError) {
    let named = parameters.enumerated().map { (name: "\($0.offset)", parameter: $0.element) }
    try self.init(groups: [ParameterGroup(named, rule)])
  }

  /// An optimizer for groups of parameters, each with its rule.
  public init(groups: [ParameterGroup]) throws(DescentError) {
    let parameters = groups.flatMap(\.parameters)
    try Self.checkDistinct(parameters)
    engine = try OptimizerEngine(dtype: parameters.first?.parameter.dtype ?? .float32)
    try engine.add(groups)
    flat = try FlatParameters(parameters)
    self.parameters = parameters
    rules = groups.map(\.rule)
    groupSizes = groups.map(\.parameters.count)
    needsClosure = rules.contains { RuleTable.rule($0.ruleName)?.needsClosure ?? false }
    handle = engine.handle
  }

  /// Adds parameters with a rule of their own, as PyTorch's `add_param_group`. State and options of the others stay.
  ///
  /// - Throws: `DescentError` if the rule does not fit, or a parameter is in an optimizer already. Nothing is
  ///   changed then.
  public func addGroup(_ group: ParameterGroup) throws(DescentError) {
    let all = parameters + group.parameters
    try Self.checkDistinct(all)
    let dtype = flat.parameters.first?.dtype ?? group.parameters.first?.parameter.dtype ?? .float32
    try OptimizerEngine(dtype: dtype).add([group])  // throws where the rule does not fit
    try flat.add(group.parameters)
    try engine.add([group])
    parameters = all
    groupSizes.append(group.parameters.count)
    rules.append(group.rule)  // none that needs a closure: that would be the only one
  }

  /// What `exchangeEngine` took the place of.
  struct ExchangedEngine {
    fileprivate let engine: OptimizerEngine
    fileprivate let rules: [any OptimizerRule]
    fileprivate let name: String?
  }

  /// Starts anew with another rule for all groups.
  func exchangeEngine(for rule: any OptimizerRule) throws(DescentError) -> ExchangedEngine {
    var groups: [ParameterGroup] = []
    var next = 0
    for size in groupSizes {
      groups.append(ParameterGroup(Array(parameters[next..<next + size]), rule))
      next += size
    }
    let made = try OptimizerEngine(dtype: parameters.first?.parameter.dtype ?? .float32)
    try made.add(groups)
    let before = ExchangedEngine(engine: engine, rules: rules, name: handedOverRule)
    use(made, groups.map(\.rule))
    return before
  }

  /// Undoes it.
  func takeBack(_ exchanged: ExchangedEngine) {
    handedOverRule = exchanged.name
    use(exchanged.engine, exchanged.rules)
  }

  private func use(_ engine: OptimizerEngine, _ rules: [any OptimizerRule]) {
    (self.engine, self.rules, handle) = (engine, rules, engine.handle)
    needsClosure = rules.contains { RuleTable.rule($0.ruleName)?.needsClosure ?? false }
    require(dsc_optimizer_set_clip_norm(handle, clipping.c))
    require(dsc_optimizer_set_clip_value(handle, clipping.value ?? .infinity))
    require(dsc_optimizer_set_guard(handle, nonFiniteGuard.c))
    require(dsc_optimizer_set_statistics(handle, collectsStatistics))
    for index in frozen { require(dsc_optimizer_set_frozen(handle, index, true)) }
  }

  private static func checkDistinct(
    _ parameters: [(name: String, parameter: Parameter)]
  ) throws(DescentError) {
    guard Set(parameters.map { ObjectIdentifier($0.parameter) }).count == parameters.count else {
      throw DescentError(.invalidArgument, "a parameter appears twice in the optimizer's groups")
    }
    var names = Set<String>()
    for (name, _) in parameters where !names.insert(name).inserted {
      throw DescentError(.invalidArgument, "two of the optimizer's parameters are called \(name)")
    }
  }

  // MARK: Stepping

  /// What the last step did; nil before the first. For hooks: a step that throws leaves it as it was.
  public var lastReport: StepReport? { last.map(summarize) }
  @exclusivity(unchecked) private var last: FinishedStep?

  /// Averages that the next step is to take the weights into.
  @exclusivity(unchecked) var offered: OfferedAverages?

  /// Updates every parameter that has a gradient.
  ///
  /// - Throws: `DescentError` of code `nonFinite`, naming the parameter, where the guard is `.stop` or clipping
  ///   refuses a norm that is not finite; of code `invalidArgument` if no parameter has a gradient, and for `LBFGS`,
  ///   whose steps need a closure.
  @discardableResult
  public func step() throws(DescentError) -> StepReport {
    let offer = takeOffer()
    if hasHooks { for hook in hooks.before { try hook.run(self) } }
    var report = dsc_step_report()
    var averages: AveragePairing?
    if let offer { averages = attach(offer) }
    let status = dsc_parameters_step(flat.handle, handle, nil, &report)
    if let averages { detach(averages, failed: status < 0) }
    if status < 0 {
      guard !needsClosure else {
        throw DescentError(
          .invalidArgument, "\(rules[0].ruleName) evaluates the loss itself: call step { ... } with a closure"
        )
      }
      try checkSomeGradient()
      try check(status)
    }
    let finished = FinishedStep(report, measured: isMeasuring, clipped: clipping.measuresNorm)
    last = finished
    if hasHooks { for hook in hooks.after { try hook.run(self) } }
    return summarize(finished)
  }

  /// A step without any gradient would train nothing, and nobody would notice.
  func checkSomeGradient() throws(DescentError) {
    guard flat.parameters.isEmpty || flat.parameters.contains(where: \.hasGrad) else {
      throw DescentError(
        .invalidArgument,
        "none of the optimizer's \(flat.parameters.count) parameters has a gradient: call backward() before step(), on a loss that depends on these parameters"
      )
    }
  }

  /// Updates by a loss that the closure computes: it must call `zeroGrad()` and `backward()`, and return the loss.
  /// `LBFGS` calls it several times a step; for other rules it is called once, before the step.
  ///
  /// - Throws: what the closure and `step()` throw. Parameters are those of the last iteration finished then.
  @discardableResult
  public func step(_ closure: () throws(DescentError) -> Tensor) throws(DescentError) -> StepReport {
    guard needsClosure else {
      let loss = try closure().item()
      var report = try step()
      report.loss = loss
      return report
    }
    return try minimize(closure)
  }

  private func minimize(_ closure: () throws(DescentError) -> Tensor) throws(DescentError) -> StepReport {
    _ = takeOffer()  // the averages' own pass is nothing beside the evaluations
    for hook in hooks.before { try hook.run(self) }
    var step = flat.step
    var (report, loss, status) = (dsc_step_report(), 0.0, dsc_status(DSC_OK))
    var failure: DescentError?
    withoutActuallyEscaping(closure) { closure in
      let evaluation = Evaluation { [unowned self] () throws(DescentError) in
        let value = try closure().item()
        try checkNoRowGradient("L-BFGS")
        _ = flat.step  // the flags of those that have gradients now
        try checkSomeGradient()
        return value
      }
      status = dsc_optimizer_minimize(
        nil, handle, &step, Evaluation.run, Unmanaged.passUnretained(evaluation).toOpaque(), &loss, &report)
      failure = evaluation.error
    }
    flat.noteChange()
    if let failure { throw failure }
    try check(status)
    let finished = FinishedStep(report, measured: isMeasuring, clipped: clipping.measuresNorm, loss: loss)
    last = finished
    for hook in hooks.after { try hook.run(self) }
    return summarize(finished)
  }

  func checkNoRowGradient(_ method: String) throws(DescentError) {
    guard !parameters.contains(where: \.parameter.hasRowGradient) else {
      throw DescentError(.invalidArgument, "\(method) takes no row gradients")
    }
  }

  private func summarize(_ step: FinishedStep) -> StepReport {
    let report = step.report
    return StepReport(
      wasSkipped: report.was_skipped,
      gradientNorm: step.measured ? report.gradient_norm : nil,
      largestGradient: step.measured ? report.gradient_largest : nil,
      clipNorm: step.clipped ? report.clip_norm : nil,
      clipScale: report.clip_scale, penalty: report.penalty, updatedCount: report.updated,
      skippedSteps: report.skipped_steps,
      badParameter: report.bad_tensor < 0 ? nil : parameters[report.bad_tensor].name, loss: step.loss)
  }

  /// Forgets all gradients: `grad` is nil until the next backward pass, which then writes instead of adding.
  public func zeroGrad() {
    dsc_parameters_zero_grad(flat.handle)
  }
}

/// A step's report as C left it: kept as it is, since few ask for the last one.
private struct FinishedStep {
  let report: dsc_step_report
  let measured: Bool
  let clipped: Bool
  var loss: Double?

  init(_ report: dsc_step_report, measured: Bool, clipped: Bool, loss: Double? = nil) {
    (self.report, self.measured, self.clipped, self.loss) = (report, measured, clipped, loss)
  }
}

/// A closure on its way through C.
private final class Evaluation {
  private let body: () throws(DescentError) -> Double
  var error: DescentError?

  init(_ body: @escaping () throws(DescentError) -> Double) { self.body = body }

  static let run: dsc_closure = { pointer, value in
    let evaluation = Unmanaged<Evaluation>.fromOpaque(pointer!).takeUnretainedValue()
    do throws(DescentError) {
      value!.pointee = try evaluation.body()
      return dsc_status(DSC_OK)
    } catch {
      evaluation.error = error
      return dsc_status(DSC_ERROR_ARGUMENT)
    }
  }
}
