import Descent
import Testing

/// The events of a run, and how callbacks end a batch, an epoch, a run.
@Suite struct EventTests {
  /// Notes the events by name.
  private final class Notes: TrainingCallback {
    var events: [String] = []
    func trainingWillBegin(_ trainer: Trainer) throws(DescentError) { events.append("fit") }
    func epochWillBegin(_ trainer: Trainer) throws(DescentError) { events.append("epoch") }
    func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) { events.append("batch") }
    func updateWillBegin(_ trainer: Trainer) throws(DescentError) {
      events.append(trainer.optimizer.parameters[0].parameter.grad == nil ? "no gradient" : "update")
    }
    func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
      events.append("updated")
    }
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      events.append("batch ended")
    }
    func validationWillBegin(_ trainer: Trainer) throws(DescentError) { events.append("validation") }
    func validationDidEnd(_ evaluation: Trainer.Evaluation, _ trainer: Trainer) throws(DescentError) {
      events.append("validated")
    }
    func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) {
      events.append("epoch ended")
    }
    func stateIsWhole(_ place: SavePlace, _ trainer: Trainer) throws(DescentError) {
      events.append("\(place) whole")
    }
    func trainingWillEnd(_ trainer: Trainer) throws(DescentError) { events.append("will end") }
    func trainingDidEnd(_ trainer: Trainer, error: DescentError?) {
      events.append(error == nil ? "ended" : "failed")
    }
  }

  private func loader(_ batches: Int) throws -> DataLoader<TensorDataset> {
    let inputs = Tensor(exactNumbers(4 * batches), shape: [2 * batches, 2], dtype: .float32)
    return try DataLoader(
      TensorDataset(inputs: inputs, targets: inputs.sum(dim: 1, keepingDimension: true)), batchSize: 2)
  }

  private func trainer() throws -> Trainer {
    let model = Linear(2, 1, generator: Generator(seed: 1))
    return Trainer(
      model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, SGD(learningRate: 0.01)))
  }

  @Test func theyComeInOrder() throws {
    let notes = Notes()
    try trainer().fit(loader(2), validation: loader(1), epochs: 1, callbacks: [notes])
    let batch = ["batch", "update", "updated", "batch ended", "batch whole"]
    #expect(
      notes.events == ["fit", "epoch"] + batch + batch
        + ["validation", "validated", "epoch ended", "epoch whole", "will end", "ended"])
  }

  /// Asks for something at a batch, counted from 1 over all epochs.
  private final class At: TrainingCallback {
    private var left: Int
    private let wish: (Trainer) -> Void
    init(_ batch: Int, _ wish: @escaping (Trainer) -> Void) { (left, self.wish) = (batch, wish) }
    func batchWillBegin(_ batch: Batch, _ trainer: Trainer) throws(DescentError) {
      left -= 1
      if left == 0 { wish(trainer) }
    }
  }

  @Test func aBatchIsPassedOver() throws {
    let (trainer, notes) = (try trainer(), Notes())
    let history = try trainer.fit(loader(3), epochs: 1, callbacks: [At(2) { $0.skipBatch() }, notes])
    #expect(notes.events.filter { $0 == "update" }.count == 2 && trainer.steps == 2)
    #expect(notes.events.filter { $0 == "batch whole" }.count == 3 && history.epochs[0].samples == 6)
    #expect(history.epochs[0].trainLoss.isFinite)
  }

  @Test func anEpochEndsEarly() throws {
    let (trainer, notes) = (try trainer(), Notes())
    let history = try trainer.fit(
      loader(5), validation: loader(1), epochs: 2, callbacks: [At(2) { $0.endEpoch() }, notes])
    #expect(history.epochs.map(\.samples) == [4, 14] && trainer.steps == 7 && !trainer.wasStopped)
    #expect(notes.events.filter { $0 == "validated" }.count == 2)
    // Where the epoch is to end, a resumed run would go on with it.
    #expect(notes.events.filter { $0 == "batch whole" }.count == 6)
  }

  @Test func aRunEnds() throws {
    let (trainer, notes) = (try trainer(), Notes())
    try trainer.fit(loader(3), epochs: 2, callbacks: [At(2) { $0.stop("enough") }, notes])
    #expect(trainer.stopReason == "enough" && trainer.steps == 2 && trainer.isInEpoch)
    #expect(notes.events.suffix(3) == ["batch whole", "will end", "ended"])
    // It goes on where it stood; the epoch does not begin again.
    let more = Notes()
    try trainer.fit(loader(3), epochs: 1, callbacks: [more])
    #expect(
      more.events.filter { $0 == "epoch" }.isEmpty && trainer.completedEpochs == 1 && !trainer.wasStopped)
  }

  @Test func anErrorEndsEverything() throws {
    final class Broken: TrainingCallback {
      func updateDidEnd(_ report: StepReport, _ trainer: Trainer) throws(DescentError) {
        throw DescentError(.file, "no more paper")
      }
    }
    let notes = Notes()
    let error = try SmallTraining.failure {
      try trainer().fit(loader(3), epochs: 2, callbacks: [Broken(), notes])
    }
    #expect(error.message == "no more paper" && notes.events.last == "failed")
    #expect(!notes.events.contains("will end"))
  }

  @Test func metricsAreMeasuredOnBothParts() throws {
    let trainer = try SmallTraining.trainer(SGD(learningRate: 0.05))
    let history = try alone {
      try trainer.fit(
        SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 3,
        metrics: [Accuracy(), TopKAccuracy(k: 3)])
    }
    #expect(history.metricNames == ["accuracy", "top_3_accuracy"])
    #expect(
      history.columns == [
        "epoch", "samples", "train_loss", "train_accuracy", "train_top_3_accuracy", "validation_loss",
        "validation_accuracy", "validation_top_3_accuracy", "learning_rate", "seconds",
      ])
    let last = try #require(history.epochs.last)
    let evaluation = try trainer.evaluate(SmallTraining.validation(), metrics: [Accuracy()])
    #expect(last["validation_accuracy"] == evaluation.accuracy && last["validation_loss"] == evaluation.loss)
    #expect(try #require(last["train_accuracy"]) < #require(last["train_top_3_accuracy"]))
    #expect(last["learning_rate"] == 0.05 && last["nonsense"] == nil && last.samples == 600)
    let lines = history.csv.split(separator: "\n")
    #expect(lines.count == 4 && lines[3].hasPrefix("3,600,\(last.trainLoss),"))
    #expect(throws: DescentError.self) {
      try trainer.fit(SmallTraining.loader(), epochs: 4, metrics: [Accuracy(), Accuracy()])
    }
  }
}
