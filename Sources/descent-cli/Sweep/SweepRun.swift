import Descent

/// One run of a sweep.
struct SweepRun {
  /// What it is called, and its folder with it.
  let name: String
  /// The index of its combination of values.
  let combination: Int
  let settings: [SweepSetting]
  let seed: UInt64
  /// What `descent train` is told.
  let arguments: [String]
  /// What that comes to.
  var config: RunConfig
}

extension SweepRun {
  /// "batch-size=10,lr=0.1,seed=0": the same for the same values, whatever else the grid has.
  static func name(_ settings: [SweepSetting], seed: UInt64) -> String {
    let own = settings.filter { !$0.value.isEmpty && $0.name != "seed" }.map(\.text)
    let text = (own.sorted() + ["seed=\(seed)"]).joined(separator: ",")
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.=,+")
    guard text.count > 120 || !text.allSatisfy(allowed.contains) else { return text }
    // What a folder's name cannot have must not make two names one.
    let plain = String(text.prefix(100).map { allowed.contains($0) ? $0 : "_" })
    return "\(plain)~\(String(text.stableHash, radix: 16))"
  }
}

extension String {
  /// The same in every process: FNV-1a, 32 bits.
  fileprivate var stableHash: UInt32 { utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 } }
}
