import Descent
import Foundation
import Testing

/// When a run is saved, what stays, and what happens where that fails.
@Suite struct CheckpointCallbackTests {
  private func fit(_ callbacks: [any TrainingCallback], epochs: Int = 2) throws -> Trainer {
    try alone {
      let trainer = try SmallTraining.trainer(SGD(learningRate: 0.3))
      try trainer.fit(
        SmallTraining.loader(), validation: SmallTraining.validation(), epochs: epochs, metrics: [Accuracy()],
        callbacks: callbacks)
      return trainer
    }
  }

  private func resumed(from folder: String) throws -> Trainer {
    try alone {
      let trainer = try SmallTraining.trainer(SGD())
      try Checkpoint.resume(trainer, from: folder)
      return trainer
    }
  }

  private func files(_ folder: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  private static let always: Set = [Checkpoint.stateFile, Checkpoint.modelFile, Checkpoint.historyFile]

  @Test func theLastStatesAreKept() throws {
    try withTemporaryFolder { folder in
      _ = try fit([CheckpointCallback(folder: folder, every: [.epochs(1)], keep: 2)], epochs: 5)
      let kept = Checkpoint.keptStates(in: folder)
      #expect(kept == ["state-000000000052.safetensors", "state-000000000065.safetensors"])
      #expect(try files(folder) == Self.always.union(kept))
      let (trainer, last) = (try SmallTraining.trainer(SGD()), try SmallTraining.trainer(SGD()))
      try alone {
        try Checkpoint.resume(trainer, from: "\(folder)/\(kept[0])")
        try Checkpoint.resume(last, from: folder)
      }
      #expect(trainer.completedEpochs == 4 && last.completedEpochs == 5)
    }
  }

  @Test func theBestEpochIsKept() throws {
    try withTemporaryFolder { folder in
      let trainer = try fit(
        [CheckpointCallback(folder: folder, best: Monitor("validation_accuracy"))], epochs: 6)
      let values = trainer.history.values("validation_accuracy").compactMap { $0 }
      let model = try SmallTraining.trainer(SGD()).model
      try model.load(SafeTensors.read("\(folder)/\(Checkpoint.bestFile)").tensors)
      let best = try Trainer.evaluate(
        model, CrossEntropyLoss(), on: SmallTraining.validation(), metrics: [Accuracy()])
      #expect(best.accuracy == values.max())
    }
  }

  /// Texts are in the state too: it is enough by itself.
  @Test func theStateIsEnough() throws {
    try withTemporaryFolder { folder in
      _ = try fit([CheckpointCallback(folder: folder, texts: ["notes.txt": "a note"])])
      #expect(try files(folder) == Self.always.union(["notes.txt"]))
      for name in try files(folder) where name != Checkpoint.stateFile {
        #expect(unlink("\(folder)/\(name)") == 0)
      }
      #expect(try Checkpoint.text("notes.txt", in: folder) == "a note")
      #expect(try Checkpoint.text("other.txt", in: folder) == nil)
      try alone { try Checkpoint.resume(SmallTraining.trainer(SGD()), from: folder) }
    }
  }

  @Test(arguments: [TrainingInterval.steps(0), .epochs(0), .seconds(.nan), .seconds(-1)])
  func intervalsThatAreNone(_ interval: TrainingInterval) throws {
    try withTemporaryFolder { folder in
      #expect(throws: DescentError.self) { try fit([CheckpointCallback(folder: folder, every: [interval])]) }
    }
  }

  // MARK: Failures

  /// Does something to the folder at a batch.
  private final class At: TrainingCallback {
    private var left: Int
    private let act: () -> Void
    init(_ batch: Int, _ act: @escaping () -> Void) { (left, self.act) = (batch, act) }
    func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
      left -= 1
      if left == 0 { act() }
    }
  }

  @Test func aFolderThatGoesAway() throws {
    try withTemporaryFolder { parent in
      let folder = "\(parent)/run"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let error = try SmallTraining.failure {
        _ = try fit([
          CheckpointCallback(folder: folder, every: [.steps(2)]),
          At(9) { rename(folder, "\(parent)/elsewhere") },
        ])
      }
      #expect(error.code == .file && error.message.hasPrefix("\(folder)/"), "\(error)")
      #expect(error.message.contains("No such file"), "\(error)")
      // The last good one is whole.
      let trainer = try resumed(from: "\(parent)/elsewhere")
      #expect(trainer.steps >= 2 && trainer.steps <= 9)
    }
  }

  /// A folder stands where the temporary file would: the save fails, and what was saved before is as it was.
  @Test func aSaveThatFailsInTheBackground() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(Checkpoint.stateFile)"
      nonisolated(unsafe) var before = Data()
      let error = try SmallTraining.failure {
        _ = try fit([
          CheckpointCallback(folder: folder, every: [.steps(3)]),
          At(8) {
            // Not while there is a file, which is on its way to its place.
            while mkdir("\(path).\(getpid()).part", 0o700) != 0 { usleep(1000) }
            before = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
          },
        ])
      }
      #expect(
        error.code == .file && error.message.contains("state.safetensors: cannot be written"), "\(error)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before && !before.isEmpty)
      let trainer = try SmallTraining.trainer(SGD())
      try alone { try Checkpoint.resume(trainer, from: folder) }
      #expect(trainer.steps >= 3)
    }
  }

  @Test func noFolder() throws {
    let error = try SmallTraining.failure {
      _ = try fit([CheckpointCallback(folder: "/nowhere/run")])
    }
    #expect(error.code == .file && error.message.contains("/nowhere/run/"))
  }
}
