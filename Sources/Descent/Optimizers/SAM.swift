import CDescent

/// Sharpness-aware minimization, around any optimizer: Foret, Kleiner, Mobahi and Neyshabur 2021, arXiv:2010.01412;
/// adaptive: Kwon et al. 2021, arXiv:2102.11600.
///
///     e  = rho g / |g|                           (adaptive: rho w² g / |w g|), Euclidean norms
///     w -= the optimizer's step with the gradient at w + e
///
/// It keeps no state of its own: save and load the optimizer's.
public final class SAM {
  /// What takes the steps.
  public let optimizer: Optimizer
  /// How far the gradient is looked for, >= 0.
  public var rho: Double
  /// Whether distances are measured against the weights.
  public var adaptive: Bool

  /// SAM around an optimizer.
  public init(_ optimizer: Optimizer, rho: Double = 0.05, adaptive: Bool = false) {
    self.optimizer = optimizer
    self.rho = rho
    self.adaptive = adaptive
  }

  /// One step; the closure is called twice. It must call `zeroGrad()` and `backward()`, and return the loss.
  ///
  /// - Returns: the optimizer's report, with the loss at the parameters as they were.
  /// - Throws: what the closure and the optimizer's `step()` throw, with the parameters as they were; `DescentError`
  ///   for a rho that is negative or not finite, and for row gradients.
  @discardableResult
  public func step(_ closure: () throws(DescentError) -> Tensor) throws(DescentError) -> StepReport {
    let loss = try closure().item()
    let before = try optimizer.perturb(rho: rho, adaptive: adaptive)
    do throws(DescentError) {
      _ = try closure()
    } catch {
      optimizer.flat.copyValues(from: before)
      throw error
    }
    optimizer.flat.copyValues(from: before)
    var report = try optimizer.step()
    report.loss = loss
    return report
  }
}

extension Optimizer {
  /// Moves the parameters along their gradients; the parameters as they were.
  fileprivate func perturb(rho: Double, adaptive: Bool) throws(DescentError) -> Tensor {
    let before = flat.makeRoom()
    try checkNoRowGradient("SAM")
    try checkSomeGradient()
    var step = flat.step
    try check(dsc_optimizer_perturb(nil, handle, &step, rho, adaptive, before.mutableData))
    flat.noteChange()
    return before
  }
}
