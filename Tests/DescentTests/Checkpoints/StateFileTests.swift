import Descent
import Foundation
import Testing

/// States that are damaged, or of another run: refused with what is wrong, and the trainer is as it was.
@Suite struct StateFileTests {
  /// A state with everything: metrics, an average, waiting gradients, the best weights.
  private static let state = Result {
    try withTemporaryFolder { folder in
      try alone {
        try SmallTraining.trainer().fit(
          SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 2, metrics: [Accuracy()],
          callbacks: callbacks() + [CheckpointCallback(folder: folder), SmallTraining.StopAfter(15)])
      }
      return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(Checkpoint.stateFile)"))
    }
  }

  private static func callbacks() -> [any TrainingCallback] {
    [GradientAccumulation(batches: 4), WeightAveraging(.exponential(decay: 0.9)), EarlyStopping()]
  }

  private func resume(_ bytes: Data) throws -> DescentError? {
    try withTemporaryFolder { folder in
      try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(Checkpoint.stateFile)"))
      let trainer = try SmallTraining.trainer()
      let before = SmallTraining.Outcome(trainer)
      do throws(DescentError) {
        try Checkpoint.resume(trainer, from: folder)
        return nil
      } catch {
        #expect(SmallTraining.Outcome(trainer) == before && trainer.steps == 0)
        #expect(error.message.contains(Checkpoint.stateFile), "\(error)")
        return error
      }
    }
  }

  @Test func cutAnywhere() throws {
    let bytes = try Self.state.get()
    try alone {
      for length in stride(from: 0, to: bytes.count, by: bytes.count / 60 + 1) {
        let error = try resume(bytes.prefix(length))
        #expect(error != nil, "\(length)")
      }
      let none = try resume(bytes)
      #expect(none == nil)
    }
  }

  /// A bit anywhere: the header is checked, the tensors have a checksum.
  @Test func aBitTurnedAnywhere() throws {
    let bytes = try Self.state.get()
    try alone {
      for place in stride(from: 0, to: bytes.count, by: bytes.count / 150 + 1) {
        var damaged = bytes
        damaged[damaged.startIndex + place] ^= 1 << UInt8(place % 8)
        // A name in the header may become another good one that nothing asks for; everything else is refused.
        let error = try resume(damaged)
        #expect(error != nil || place < 40_000, "\(place)")
      }
    }
  }

  private func change(_ change: (inout [String: Tensor], inout [String: String]) -> Void) throws -> Data {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(Checkpoint.stateFile)"
      try Self.state.get().write(to: URL(fileURLWithPath: path))
      var (tensors, metadata) = try SafeTensors.read(path)
      change(&tensors, &metadata)
      try SafeTensors.write(tensors, metadata: metadata, to: path)
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
  }

  @Test func versions() throws {
    try alone {
      let none = try resume(change { $1["descent.version"] = nil })
      #expect(try #require(none).message.contains("names no version"))
      let later = try resume(change { $1["descent.version"] = "3" })
      #expect(try #require(later).message.contains("has version 3, this program reads version 2"))
      let metrics = try resume(change { $1["metrics"] = "7" })
      #expect(metrics != nil)
      let rule = try resume(change { $1["descent.rule"] = "nobody" })
      #expect(rule != nil)
    }
  }

  /// What callbacks and metrics have saved is looked at when they take it.
  @Test(arguments: [
    "callback.gradient_accumulation.samples", "callback.weight_averaging.count",
    "callback.weight_averaging.average.1.weight", "callback.early_stopping.epochs",
    "callback.early_stopping.weights.1.weight", "metric.accuracy.sums",
  ]) func partsThatDoNotFit(_ name: String) throws {
    try alone {
      let bytes = try change { tensors, _ in
        #expect(tensors[name] != nil)
        tensors[name] = Tensor([-1.0, 0.5, 7.0], dtype: .float64)
      }
      try withTemporaryFolder { folder in
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(Checkpoint.stateFile)"))
        let trainer = try SmallTraining.trainer()
        try Checkpoint.resume(trainer, from: folder)
        let error = try SmallTraining.failure {
          try trainer.fit(
            SmallTraining.loader(), validation: SmallTraining.validation(), epochs: 2, metrics: [Accuracy()],
            callbacks: Self.callbacks())
        }
        #expect(error.message.contains("saved"), "\(error)")
      }
    }
  }
}
