import CDescent

/// A running average of a model's weights, as `torch.optim.swa_utils.AveragedModel`: exponential (EMA), or equal
/// (SWA: Izmailov et al. 2018, arXiv:1803.05407).
///
///     let average = AveragedModel(NeuralNetwork(), .exponential(decay: 0.999))
///     ...
///     try optimizer.step()
///     try average.update(from: model)
///
/// It is a module of its own: evaluate and save it as one. With batch normalizations, `updateBatchNorm(average, loader)` comes
/// before: no model that was trained has the averages' statistics. Its state dict has PyTorch's names, "module.…" and
/// "n_averaged".
public final class AveragedModel: Module {
  /// How models are averaged.
  public enum Averaging: Sendable {
    /// Every model counts the same: `get_swa_avg_fn`.
    case equal
    /// `decay` of the average so far, the rest of the new model: `get_ema_avg_fn`. In [0, 1].
    case exponential(decay: Double)

    func demandSound() {
      if case .exponential(let decay) = self {
        demand(decay >= 0 && decay <= 1, "the decay is \(decay), must be in [0, 1]")
      }
    }

    func weight(_ averaged: Int) -> Double {
      switch self {
      // PyTorch has it in float32, whatever the weights are.
      case .equal: Double(1 / Float(averaged + 1))
      case .exponential(let decay): 1 - decay
      }
    }
  }

  /// The module that holds the averages.
  public let module: Module
  /// How models are averaged.
  public let averaging: Averaging
  /// Whether buffers are averaged too; otherwise they are copied from the last model.
  public let usesBuffers: Bool
  private let nAveraged = Buffer(Tensor([Int64(0)], shape: []))
  private var known: AveragePairing?

  /// How many models have been averaged.
  public var averagedCount: Int { Int(nAveraged.tensor.item()) }

  /// Averages kept in a module of the models' architecture, whose own weights are forgotten at the first update.
  ///
  /// - Precondition: a decay lies in [0, 1].
  public init(_ module: Module, _ averaging: Averaging = .equal, usesBuffers: Bool = false) {
    averaging.demandSound()
    self.module = module
    self.averaging = averaging
    self.usesBuffers = usesBuffers
  }

  /// The averaged module's output.
  public override func forward(_ x: Tensor) -> Tensor { module(x) }

  /// Takes a model's weights into the average: the first are copied.
  ///
  /// Both models' parts are looked up when a model is averaged for the first time, and after another one: what is put
  /// in their place later is not seen.
  ///
  /// - Throws: `DescentError` of code `mismatch` for a model of another architecture, and for a count of models that
  ///   was loaded and is none. Nothing is changed then.
  public func update(from model: Module) throws(DescentError) {
    let pairing = try pairing(with: model)
    let count = nAveraged.tensor.scalars(as: Int64.self)[0]
    guard 0..<(1 << 53) ~= count else {
      throw DescentError(.mismatch, "the average's n_averaged is \(count), which is no count")
    }
    pairing.average(count == 0 ? 1 : averaging.weight(Int(count)))
    nAveraged.tensor.fill(Double(count + 1))
  }

  private func pairing(with model: Module) throws(DescentError) -> AveragePairing {
    if let known, known.isStill(of: model) { return known }
    try StateDifferences(of: model.stateDict, from: module.stateDict.map { ($0.key, $0.value) })
      .check("the model does not fit the average")
    let made = AveragePairing(module, model, averagesBuffers: usesBuffers)
    known = made
    return made
  }
}
