import Descent
import Foundation

/// What has become of the runs in a sweep's folder: `sweep.json`, by which the same command goes on.
struct SweepRecord: Codable {
  /// How a run stands.
  enum Outcome: String, Codable {
    /// Its folder has nothing of it yet.
    case waiting
    /// It goes on from its last save.
    case begun
    /// It is done.
    case finished
    /// Its loss left all bounds; its folder has the last state that was sound.
    case diverged
    /// Something else stood in its way: it is tried again.
    case failed

    /// Whether it is over.
    var isFinal: Bool { self == .finished || self == .diverged }
  }

  /// A run.
  struct Entry: Codable {
    var config: RunConfig
    var outcome = Outcome.waiting
    /// What went wrong.
    var message: String?
  }

  /// By the runs' names; those of other grids in the same folder too.
  var runs: [String: Entry] = [:]

  static let file = "sweep.json"
}

/// The folder that a sweep writes to: this process's alone as long as the object lives.
final class SweepFolder {
  let path: String
  private(set) var record = SweepRecord()
  private let lock: FolderLock

  /// The folder for a plan's runs, with what is done of them.
  ///
  /// - Throws: `DescentError` where a run of one of the names is another than the plan's, and is not to be overwritten.
  init(_ path: String, _ plan: SweepPlan, overwrite: Bool) throws(DescentError) {
    self.path = path
    try Folder.make(path)
    lock = try FolderLock(path)
    if FileManager.default.fileExists(atPath: file) {
      do {
        record = try Self.read(file)
      } catch {
        guard overwrite else { throw error }
      }
    }
    for run in plan.runs {
      if !overwrite { try check(run) }
      if overwrite || record.runs[run.name] == nil { record.runs[run.name] = .init(config: run.config) }
    }
    try save()
  }

  private var file: String { "\(path)/\(SweepRecord.file)" }

  private static func read(_ file: String) throws(DescentError) -> SweepRecord {
    let data = try InputFile.read(file)
    do {
      return try JSONDecoder().decode(SweepRecord.self, from: data)
    } catch {
      throw DescentError(
        .format, "\(file) is damaged: begin the runs anew with --overwrite, or choose another --out")
    }
  }

  private func check(_ run: SweepRun) throws(DescentError) {
    let advice = "choose another --out, or begin its runs anew with --overwrite"
    guard let entry = record.runs[run.name] else {
      guard !FileManager.default.fileExists(atPath: "\(folder(run))/\(RunConfig.file)") else {
        throw DescentError(.file, "\(folder(run)) has a run that is none of this sweep's: \(advice)")
      }
      return
    }
    let keys = try entry.config.differences(from: run.config)
    guard keys.isEmpty else {
      throw DescentError(
        .mismatch,
        "\(folder(run)) was begun with \(keys.joined(separator: ", ")): \(advice)")
    }
  }

  /// A run's own folder.
  func folder(_ run: SweepRun) -> String { "\(path)/\(run.name)" }

  func entry(_ run: SweepRun) -> SweepRecord.Entry { record.runs[run.name] ?? .init(config: run.config) }

  /// Notes what has become of a run.
  func note(_ run: SweepRun, _ outcome: SweepRecord.Outcome, _ message: String? = nil) throws(DescentError) {
    record.runs[run.name] = .init(config: run.config, outcome: outcome, message: message)
    try save()
  }

  private func save() throws(DescentError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(record) else {
      throw DescentError(.invalidArgument, "the options cannot be written as JSON: is one of them infinite?")
    }
    try AtomicFile.write(data, to: file)
  }
}

extension RunConfig {
  /// What it has otherwise than another one, as "epochs 3 (now 5)". How often a run is saved makes no other run of it.
  fileprivate func differences(from new: RunConfig) throws(DescentError) -> [String] {
    var other = new
    other.saveEvery = saveEvery
    func fields(_ config: RunConfig) throws(DescentError) -> [String: NSObject] {
      let object = try? JSONSerialization.jsonObject(with: Data(config.text().utf8))
      return object as? [String: NSObject] ?? [:]
    }
    let (mine, others) = (try fields(self), try fields(other))
    func text(_ value: NSObject?) -> String {
      guard let value else { return "none" }
      let data = try? JSONSerialization.data(
        withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
      return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }
    return Set(mine.keys).union(others.keys).sorted().filter { mine[$0] != others[$0] }.map {
      "\($0) \(text(mine[$0])), not \(text(others[$0]))"
    }
  }
}
