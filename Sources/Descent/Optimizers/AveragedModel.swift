import CDescent

/// A running average of a model's weights, as `torch.optim.swa_utils.AveragedModel`: exponential (EMA), or equal
/// (SWA: Izmailov et al. 2018, arXiv:1803.05407).
///
///     let average = AveragedModel(NeuralNetwork(), .exponential(decay: 0.999))
///     ...
///     try optimizer.step()
///     try average.update(from: model)
///
/// It is a module of its own: evaluate and save it as one. Its state dict has PyTorch's names, "module.…" and
/// "n_averaged".
public final class AveragedModel: Module {
  /// How models are averaged.
  public enum Averaging: Sendable {
    /// Every model counts the same: `get_swa_avg_fn`.
    case equal
    /// `decay` of the average so far, the rest of the new model: `get_ema_avg_fn`. In [0, 1].
    case exponential(decay: Double)

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

  /// How many models have been averaged.
  public var averagedCount: Int { Int(nAveraged.tensor.item()) }

  /// Averages kept in a module of the models' architecture, whose own weights are forgotten at the first update.
  ///
  /// - Precondition: a decay lies in [0, 1].
  public init(_ module: Module, _ averaging: Averaging = .equal, usesBuffers: Bool = false) {
    if case .exponential(let decay) = averaging {
      precondition(decay >= 0 && decay <= 1, "the decay is \(decay), must be in [0, 1]")
    }
    self.module = module
    self.averaging = averaging
    self.usesBuffers = usesBuffers
  }

  /// The averaged module's output.
  public override func forward(_ x: Tensor) -> Tensor { module(x) }

  /// Takes a model's weights into the average: the first are copied.
  ///
  /// - Throws: `DescentError` of code `mismatch` for a model of another architecture. Nothing is changed then.
  public func update(from model: Module) throws(DescentError) {
    let state = model.stateDict
    try StateDifferences(of: state, from: module.stateDict.map { ($0.key, $0.value) })
      .check("the model does not fit the average")
    let weight = averagedCount == 0 ? 1 : averaging.weight(averagedCount)
    for (name, average) in module.namedParameters { average.lerp(to: state[name]!, weight) }
    for (name, average) in module.namedBuffers {
      if usesBuffers && average.dtype.isFloatingPoint {
        average.lerp(to: state[name]!, weight)
      } else {
        average.copy(from: state[name]!)
      }
    }
    nAveraged.tensor.copy(from: Tensor([Int64(averagedCount + 1)], shape: []))
  }
}

extension Tensor {
  /// Goes the share `weight` of the way to other numbers, in place.
  fileprivate func lerp(to other: Tensor, _ weight: Double) {
    require(dsc_average_update(nil, dtype.c, count, weight, other.data, data))
    storage.version &+= 1
  }
}
