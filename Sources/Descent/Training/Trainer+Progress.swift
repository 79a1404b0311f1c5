extension Trainer {
  /// What a checkpoint keeps of a trainer besides model and optimizer.
  struct Progress {
    var position: Position
    var history: History
    var loaderState: [UInt8]?
  }

  /// The progress as tensors, each under "trainer.".
  var progressTensors: [String: Tensor] {
    let p = position
    var tensors = [
      "counts": Tensor([p.epoch, p.batch, p.samples, p.samplesBefore].map(Int64.init)),
      "sums": Tensor([p.lossSum, p.seconds, p.firstLoss ?? .nan]),
      "curve.samples": Tensor(history.curve.map { Int64($0.samples) }),
      "curve.loss": Tensor(history.curve.map(\.loss)),
      "epochs": Tensor(
        history.epochs.flatMap {
          [Double($0.epoch), $0.trainLoss, $0.testLoss ?? .nan, $0.testAccuracy ?? .nan, $0.seconds]
        }, shape: [history.epochs.count, 5]),
    ]
    if let loaderState {
      tensors["loader"] = Tensor(loaderState.map(Int64.init))
    }
    return Dictionary(uniqueKeysWithValues: tensors.map { ("trainer.\($0.key)", $0.value) })
  }

  func restore(_ progress: Progress) {
    position = progress.position
    history = progress.history
    loaderState = progress.loaderState
    restoredLoaderState = progress.loaderState
  }
}

extension Trainer.Progress {
  /// The progress that `progressTensors` gave.
  init(_ tensors: [String: Tensor]) throws(DescentError) {
    func tensor(_ name: String, _ dtype: DType, _ count: Int? = nil) throws(DescentError) -> [Double] {
      guard let tensor = tensors[name], tensor.dtype == dtype, count ?? tensor.count == tensor.count else {
        throw DescentError(.format, "trainer.\(name) is missing or not what it should be")
      }
      return tensor.doubles
    }
    let counts = try tensor("counts", .int64, 4).map { Int($0) }
    let sums = try tensor("sums", .float64, 3)
    position = Trainer.Position(
      epoch: counts[0], batch: counts[1], samples: counts[2], samplesBefore: counts[3], lossSum: sums[0],
      seconds: sums[1], firstLoss: sums[2].isNaN ? nil : sums[2])
    let samples = try tensor("curve.samples", .int64)
    let losses = try tensor("curve.loss", .float64, samples.count)
    history = History()
    history.curve = zip(samples, losses).map { CurvePoint(samples: Int($0), loss: $1) }
    let rows = try tensor("epochs", .float64, counts[0] * 5)
    func optional(_ value: Double) -> Double? { value.isNaN ? nil : value }
    history.epochs = stride(from: 0, to: rows.count, by: 5).map { i in
      EpochRecord(
        epoch: Int(rows[i]), trainLoss: rows[i + 1], testLoss: optional(rows[i + 2]),
        testAccuracy: optional(rows[i + 3]), seconds: rows[i + 4])
    }
    if tensors["loader"] != nil {
      loaderState = try tensor("loader", .int64).map { UInt8(truncatingIfNeeded: Int($0)) }
    }
  }
}
