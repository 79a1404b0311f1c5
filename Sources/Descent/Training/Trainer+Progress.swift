import CDescent
import Foundation

extension Trainer {
  /// What a checkpoint keeps of a trainer besides model and optimizer.
  struct Progress {
    var position: Position
    var history: History
    var loaderState: LoaderState?
    /// What dropout draws from.
    var stream: dsc_stream
    /// What everything draws from that has no generator of its own.
    var generator: [UInt8]
    /// What metrics and callbacks had, by name.
    var parts: [String: [String: Tensor]]
  }

  /// The progress as tensors, each under "trainer.", "metric." or "callback.".
  var progressTensors: [String: Tensor] {
    let p = position
    let stream = Context.stream
    var tensors = [
      "counts": Tensor([p.epoch, p.samples, p.batch, p.samplesBefore, p.counted, p.updates].map(Int64.init)),
      "sums": Tensor([p.lossSum, p.seconds, p.firstLoss ?? .nan]),
      "curve.samples": Tensor(history.curve.map { Int64($0.samples) }),
      "curve.loss": Tensor(history.curve.map(\.loss)),
      "curve.learning_rate": Tensor(history.curve.map(\.learningRate)),
      "epochs": history.rows.values, "epochs.present": history.rows.present,
      "stream": Tensor([stream.seed, stream.calls].map(Int64.init(bitPattern:))),
      "generator": Tensor(bytes: Generator.default.serialized),
    ]
    if let loaderState { tensors.merge(loaderState.tensors) { $1 } }
    var all = Dictionary(uniqueKeysWithValues: tensors.map { ("trainer.\($0.key)", $0.value) })
    for metric in metrics { all["metric.\(metric.name).sums"] = Tensor(metric.sums) }
    for (name, callback) in namedCallbacks {
      for (key, tensor) in callback.stateDict { all["callback.\(name).\(key)"] = tensor }
    }
    return all
  }

  /// What the text of a checkpoint keeps: names.
  var progressMetadata: [String: String] {
    let names = try? JSONEncoder().encode(history.metricNames)
    return ["metrics": names.map { String(decoding: $0, as: UTF8.self) } ?? "[]"]
  }

  func restore(_ progress: Progress) {
    position = progress.position
    history = progress.history
    loaderState = progress.loaderState
    Context.stream = progress.stream
    Generator.default.restore(progress.generator)
    pending = progress.parts
    for index in metrics.indices { metrics[index].reset() }
    rewindsLoader = true
    unverified = nil
  }

  /// Has the `fit` under way go on from what was restored within a batch.
  func goOnFromRestored() throws(DescentError) {
    try takePending()
    wishes.wentBack = true
  }
}

extension Trainer.Progress {
  /// The progress of a file's tensors. A file may say anything: each number is looked at before it is used.
  init(_ tensors: [String: Tensor], _ metadata: [String: String]) throws(DescentError) {
    let saved = SavedNumbers(tensors.part("trainer."), prefix: "trainer.")
    let counts = try saved.whole("counts", count: 6, in: 0...SavedNumbers.most).map(Int.init)
    let sums = try saved.real("sums", count: 3)
    try saved.require("sums", sums[0].isFinite && sums[1] >= 0 && sums[1].isFinite && !sums[2].isInfinite)
    position = Trainer.Position(
      epoch: counts[0], samples: counts[1], batch: counts[2], samplesBefore: counts[3], counted: counts[4],
      updates: counts[5], lossSum: sums[0], seconds: sums[1], firstLoss: sums[2].isNaN ? nil : sums[2])
    try saved.require(
      "counts",
      position.batch <= position.samples && (position.batch > 0 || position.samples == 0)
        && position.counted <= position.samples)
    history = try Self.history(saved, metadata, position)

    let loader = try LoaderState(saved)
    let most = loader.map { $0.length ?? .max } ?? 0
    try saved.require("counts", counts[1] <= most)
    loaderState = loader
    let words = try saved.whole("stream", count: 2).map(UInt64.init(bitPattern:))
    stream = dsc_stream(seed: words[0], calls: words[1])
    generator = try saved.generator("generator")
    parts = [:]
    for (name, tensor) in tensors where name.hasPrefix("metric.") || name.hasPrefix("callback.") {
      // Metrics' names may have dots; those of callbacks have none, but their keys may.
      let cut = name.hasPrefix("metric.") ? name.lastIndex(of: ".")! : name.dot(after: "callback.")
      parts[String(name[..<cut]), default: [:]][String(name[cut...].dropFirst())] = tensor
    }
  }

  private static func history(
    _ saved: SavedNumbers, _ metadata: [String: String], _ position: Trainer.Position
  ) throws(DescentError) -> History {
    var history = History()
    let text = metadata["metrics"] ?? "[]"
    guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      Set(names).count == names.count
    else { throw DescentError(.format, "its list of metrics is none: \(text.prefix(100))") }
    history.metricNames = names
    let samples = try saved.whole("curve.samples", in: 1...SavedNumbers.most).map(Int.init)
    let losses = try saved.real("curve.loss", count: samples.count)
    let rates = try saved.real("curve.learning_rate", count: samples.count)
    try saved.require(
      "curve.samples",
      zip(samples, samples.dropFirst()).allSatisfy { $0 < $1 }
        && samples.last ?? 0 <= position.samplesBefore + position.samples)
    try saved.require("curve.loss", losses.allSatisfy(\.isFinite))
    history.curve = samples.indices.map {
      CurvePoint(samples: samples[$0], loss: losses[$0], learningRate: rates[$0])
    }
    try history.read(saved, "epochs", count: position.epoch)
    return history
  }
}

extension Tensor {
  /// Bytes as numbers.
  convenience init(bytes: [UInt8]) { self.init(bytes.map(Int64.init)) }
}

extension [String: Tensor] {
  /// The tensors whose names begin so, without that.
  func part(_ prefix: String) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value)
      }
    )
  }
}

extension String {
  /// The first dot after a prefix, or the end.
  fileprivate func dot(after prefix: String) -> Index {
    dropFirst(prefix.count).firstIndex(of: ".") ?? endIndex
  }
}
