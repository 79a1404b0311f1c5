/// One step of the optimizer for several batches: the gradient is that of all their samples together, in the memory of one
/// batch.
///
///     GradientAccumulation(batches: 8)
///     GradientAccumulation(batches: .max)    // the full gradient: a step an epoch
///
/// The loss must be a mean over the samples: each batch counts by its share of them. Batches that are passed over are
/// missing from the step; an epoch's last step takes what is left, where the data say how much that is.
public final class GradientAccumulation: CheckpointedCallback, KeepsSteppedWeights {
  /// How many batches make a step.
  public let batches: Int
  /// "gradient_accumulation".
  public let stateName = "gradient_accumulation"
  /// The samples that the step under way is to take, and how many there were.
  private var (wanted, done) = (0, 0)
  private weak var trainer: Trainer?

  /// A step for so many batches.
  public init(batches: Int) { self.batches = batches }

  /// Checks the number.
  public func trainingWillBegin(_ trainer: Trainer) throws(DescentError) {
    guard batches >= 1 else {
      throw DescentError(
        .invalidArgument, "GradientAccumulation: \(batches) batches a step, must be at least 1")
    }
    self.trainer = trainer
  }

  /// An epoch begins with no gradients.
  public func epochWillBegin(_ trainer: Trainer) throws(DescentError) { (wanted, done) = (0, 0) }

  /// Says what the batch counts, and whether it is the step's last.
  public func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
    if wanted == 0 {
      let (samples, isMore) = batch.count.multipliedReportingOverflow(by: batches)
      let most = isMore ? Int.max : samples
      wanted = min(trainer.samplesLeft ?? most, most)
    }
    done += batch.count
    let isLast = done >= wanted || trainer.samplesLeft.map { $0 <= batch.count } ?? false
    trainer.setGradientWeight(Double(batch.count) / Double(wanted), updates: isLast)
    if isLast { (wanted, done) = (0, 0) }
  }

  /// The gradients that wait for their step, and how many samples they are of.
  public var stateDict: [String: Tensor] {
    var state = ["samples": Tensor([Int64(wanted), Int64(done)])]
    guard wanted > 0, let trainer else { return state }
    for (name, parameter) in trainer.optimizer.parameters {
      if let gradient = parameter.grad { state["gradient.\(name)"] = gradient.detached() }
    }
    return state
  }

  /// Goes on from them.
  public func load(_ state: [String: Tensor], _ trainer: Trainer) throws(DescentError) {
    let counts = try SavedNumbers(state).whole("samples", count: 2, in: 0...SavedNumbers.most)
    let gradients = state.part("gradient.")
    let parameters = trainer.optimizer.parameters.filter { gradients[$0.name] != nil }
    try StateDifferences(of: gradients, from: parameters.map { ($0.name, $0.parameter) })
      .check("the gradients do not fit the model")
    (wanted, done) = (Int(counts[0]), Int(counts[1]))
    trainer.optimizer.zeroGrad()
    for (name, parameter) in parameters { parameter.grad = gradients[name] }
  }
}
