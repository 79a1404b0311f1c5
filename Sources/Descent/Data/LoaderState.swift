/// What the order of an epoch's samples, and of all epochs after it, follows from. Saved in checkpoints.
public struct LoaderState: Sendable, Equatable {
  /// How many samples the data set has; nil where that is not known.
  var samples: Int?
  /// How many an epoch has; nil where that is not known.
  var length: Int?
  /// What orders them, in words.
  var sampler: String
  /// The loader's seed, where the order depends on one.
  var seed: UInt64?
  /// The epoch's number, from 0.
  var epoch: Int
  /// Whether the epoch has begun, where there is no seed: what it is drawn from is known then.
  var hasBegun = false
  /// The generator that its order is drawn from.
  var generator: [UInt8]?

  /// Why an epoch that began so cannot go on with a loader that stands here; nil if it can.
  func obstacle(to other: LoaderState) -> String? {
    if samples != other.samples {
      func count(_ samples: Int?) -> String { samples.map(String.init) ?? "no known number" }
      return "it began with \(count(samples)) samples, there are \(count(other.samples)) now"
    }
    if sampler != other.sampler { return "it began \(sampler), and is \(other.sampler) now" }
    guard seed == other.seed else {
      func name(_ seed: UInt64?) -> String { seed.map(String.init) ?? "none" }
      return "its random order came from the seed \(name(seed)), not from \(name(other.seed))"
    }
    return nil
  }
}

extension LoaderState {
  /// As tensors, each under "loader.".
  var tensors: [String: Tensor] {
    var tensors = [
      "loader.counts": Tensor([
        Int64(samples ?? -1), Int64(length ?? -1), Int64(epoch), hasBegun ? 1 : 0, seed == nil ? 0 : 1,
        Int64(bitPattern: seed ?? 0),
      ]),
      "loader.sampler": Tensor(bytes: [UInt8](sampler.utf8)),
    ]
    if let generator { tensors["loader.generator"] = Tensor(bytes: generator) }
    return tensors
  }

  /// The state that `tensors` gave; nil where there is none. A file may say anything: each number is looked at before it is
  /// used.
  init?(_ saved: SavedNumbers) throws(DescentError) {
    guard saved.has("loader.counts") else { return nil }
    let counts = try saved.whole("loader.counts", count: 6)
    let most = SavedNumbers.most
    try saved.require(
      "loader.counts",
      -1...most ~= counts[0] && -1...most ~= counts[1] && 0...most ~= counts[2] && 0...1 ~= counts[3]
        && 0...1 ~= counts[4])
    let name = try saved.whole("loader.sampler", in: 0...255).map { UInt8($0) }
    self.init(
      samples: counts[0] < 0 ? nil : Int(counts[0]), length: counts[1] < 0 ? nil : Int(counts[1]),
      sampler: String(decoding: name, as: UTF8.self),
      seed: counts[4] == 1 ? UInt64(bitPattern: counts[5]) : nil, epoch: Int(counts[2]),
      hasBegun: counts[3] == 1)
    if saved.has("loader.generator") { generator = try saved.generator("loader.generator") }
    try saved.require("loader.generator", seed == nil || generator != nil)
  }
}
