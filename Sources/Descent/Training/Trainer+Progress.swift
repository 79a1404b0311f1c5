import CDescent

extension Trainer {
  /// What a checkpoint keeps of a trainer besides model and optimizer.
  struct Progress {
    var position: Position
    var history: History
    var loaderState: LoaderState?
    /// What dropout draws from; nil in files from before it was kept.
    var stream: dsc_stream?
  }

  /// The progress as tensors, each under "trainer.".
  var progressTensors: [String: Tensor] {
    let p = position
    var tensors = [
      "counts": Tensor([p.epoch, p.samples, p.batch, p.samplesBefore].map(Int64.init)),
      "sums": Tensor([p.lossSum, p.seconds, p.firstLoss ?? .nan]),
      "curve.samples": Tensor(history.curve.map { Int64($0.samples) }),
      "curve.loss": Tensor(history.curve.map(\.loss)),
      "epochs": Tensor(
        history.epochs.flatMap {
          [Double($0.epoch), $0.trainLoss, $0.testLoss ?? .nan, $0.testAccuracy ?? .nan, $0.seconds]
        }, shape: [history.epochs.count, 5]),
    ]
    let stream = Context.stream
    tensors["stream"] = Tensor([stream.seed, stream.calls].map(Int64.init(bitPattern:)))
    if let loaderState { tensors.merge(loaderState.tensors) { $1 } }
    return Dictionary(uniqueKeysWithValues: tensors.map { ("trainer.\($0.key)", $0.value) })
  }

  func restore(_ progress: Progress) {
    position = progress.position
    history = progress.history
    loaderState = progress.loaderState
    if let stream = progress.stream { Context.stream = stream }
    rewindsLoader = true
    unverified = nil
  }
}

extension Trainer.Progress {
  /// The progress that `progressTensors` gave. A file may say anything: each number is looked at before it is used.
  init(_ tensors: [String: Tensor]) throws(DescentError) {
    let saved = SavedNumbers(tensors)
    // As large as a Double still counts by ones.
    let most: Int64 = 1 << 53
    let counts = try saved.whole("counts", count: 4, in: 0...most).map(Int.init)
    let sums = try saved.real("sums", count: 3)
    try saved.require("sums", sums[0].isFinite && sums[1] >= 0 && sums[1].isFinite && !sums[2].isInfinite)
    position = Trainer.Position(
      epoch: counts[0], samples: counts[1], batch: counts[2], samplesBefore: counts[3], lossSum: sums[0],
      seconds: sums[1], firstLoss: sums[2].isNaN ? nil : sums[2])
    try saved.require(
      "counts", position.batch <= position.samples && (position.batch > 0 || position.samples == 0))

    history = History()
    let samples = try saved.whole("curve.samples", in: 1...most).map(Int.init)
    let losses = try saved.real("curve.loss", count: samples.count)
    try saved.require(
      "curve.samples",
      zip(samples, samples.dropFirst()).allSatisfy { $0 < $1 }
        && samples.last ?? 0 <= position.samplesBefore + position.samples)
    try saved.require("curve.loss", losses.allSatisfy(\.isFinite))
    history.curve = zip(samples, losses).map { CurvePoint(samples: $0, loss: $1) }
    history.epochs = try saved.epochs("epochs", count: position.epoch)

    loaderState = try LoaderState(saved)
    try saved.require(
      "counts", position.samples == 0 || loaderState.map { position.samples <= $0.length ?? .max } ?? false)
    if saved.has("stream") {
      let words = try saved.whole("stream", count: 2).map(UInt64.init(bitPattern:))
      stream = dsc_stream(seed: words[0], calls: words[1])
    }
  }
}
