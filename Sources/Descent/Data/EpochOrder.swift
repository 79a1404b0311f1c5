/// What the order of an epoch's samples follows from. It stays the same until the epoch is over.
struct EpochOrder: Equatable {
  var samples: Int
  var isShuffled: Bool
  var seed: UInt64?

  /// Why an epoch that began in this order cannot go on in another one; nil if it can.
  func obstacle(to other: EpochOrder) -> String? {
    if samples != other.samples { return "it began with \(samples) samples, there are \(other.samples) now" }
    if isShuffled != other.isShuffled {
      return isShuffled ? "it began shuffled, and is not now" : "it began in order, and is shuffled now"
    }
    guard isShuffled else { return nil }
    guard let seed else {
      return "its random order had no seed of the loader's own, and is not known any more"
    }
    return seed == other.seed
      ? nil : "its random order came from the seed \(seed), not from \(other.seed.map(String.init) ?? "none")"
  }
}
