import Descent
import Foundation

/// A run at work: a process of its own, so that several go side by side, and what one of them meets is no other's.
final class SweepChild {
  /// How it ended.
  struct End {
    var outcome: SweepRecord.Outcome
    /// What went wrong.
    var message: String?
    /// What it had to say besides.
    var warnings: [String]
  }

  let run: SweepRun
  private let process = Process()
  private let errors = Pipe()
  private var text = Data()

  /// Starts a run, or lets it go on from its last save.
  ///
  /// - Throws: `DescentError` where the system has no room for another process.
  init(_ run: SweepRun, folder: String, threads: Int) throws(DescentError) {
    self.run = run
    let begin =
      RunFolder.holdsState(folder)
      ? ["--resume", folder] : run.arguments + ["--out", folder, "--overwrite"]
    process.executableURL = Self.program
    process.arguments =
      ["sweep-run", "\(getpid())"] + begin + ["--threads", "\(threads)", "--quiet"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw DescentError(.resources, "\(run.name) cannot be started: \(error.localizedDescription)")
    }
  }

  /// This program.
  private static let program = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])

  /// Where it can be heard.
  var descriptor: Int32 { errors.fileHandleForReading.fileDescriptor }

  /// Hears what there is to hear; false at its end.
  func listen() -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 12)
    let got = read(descriptor, &piece, piece.count)
    if got > 0 { text.append(contentsOf: piece.prefix(got)) }
    return got > 0 || (got < 0 && errno == EINTR)
  }

  /// Has it finish its step and save; told twice, it ends at once.
  func stop() { kill(process.processIdentifier, SIGTERM) }

  /// Waits for its end.
  func end() -> End {
    process.waitUntilExit()
    try? errors.fileHandleForReading.close()
    let mark = "descent: "
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    let warnings = lines.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    let message = lines.filter { !$0.hasPrefix(mark) }.joined(separator: " ").replacing("Error: ", with: "")
    guard process.terminationReason == .exit else {
      let number = process.terminationStatus
      // Before it had begun to train there was nothing to save.
      if number == SIGTERM { return End(outcome: .begun, warnings: []) }
      return End(outcome: .failed, message: "it was ended by signal \(number)", warnings: warnings)
    }
    switch process.terminationStatus {
    case 0: return End(outcome: .finished, warnings: warnings)
    case SweepRunCommand.diverged: return End(outcome: .diverged, message: message, warnings: warnings)
    case 128 + SIGTERM: return End(outcome: .begun, warnings: [])
    default: return End(outcome: .failed, message: message, warnings: warnings)
    }
  }
}
