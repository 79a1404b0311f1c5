import Descent
import Foundation

/// The signal that asked for the end, set by the handler; whether standard error is a terminal, set before.
nonisolated(unsafe) private var received: sig_atomic_t = 0
nonisolated(unsafe) private var isTerminal = false

/// The process that this one works for; 0 for none.
nonisolated(unsafe) private var master: pid_t = 0

/// Ends a run after its step on Ctrl-C, and when the system shuts down or the terminal is closed; a second signal ends
/// the process at once.
final class Interrupt: KeepsSteppedWeights {
  private static var signals: [Int32] { master == 0 ? [SIGINT, SIGTERM, SIGHUP] : [SIGTERM] }

  /// Has this process work for another, which hears the terminal's signals and passes them on as SIGTERM: runs end when
  /// that process does, however it ends.
  static func serve(_ process: pid_t) {
    master = process
    // A report that nobody reads must not end a run before it is saved.
    for number in [SIGINT, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
  }

  /// Whether one has come.
  var hasCome: Bool { received != 0 }

  /// What a shell calls the end by the signal that came: 130 for Ctrl-C.
  var exitCode: Int32 { 128 + Int32(received) }

  init() {
    isTerminal = isatty(2) == 1
    // A parent that blocks signals on the thread that starts us hands that down.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in Self.signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    for number in Self.signals { Self.install(number) }
  }

  private static func install(_ number: Int32) {
    var action = sigaction()
    sigaction(number, nil, &action)
    // nohup's wish.
    if number == SIGHUP && action.isIgnored { return }
    signal(number) { number in
      if received == 0 {
        received = sig_atomic_t(number)
        return
      }
      // What stands on the line, a progress bar, is not finished any more.
      if isTerminal { write(2, "\r\u{1B}[K", 4) }
      signal(number, SIG_DFL)
      raise(number)
    }
  }

  func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) { look(trainer) }

  func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) { look(trainer) }

  private func look(_ trainer: Trainer) {
    if master != 0 && getppid() != master && received == 0 { received = sig_atomic_t(SIGTERM) }
    if hasCome { trainer.stop() }
  }
}

extension sigaction {
  fileprivate var isIgnored: Bool {
    #if canImport(Glibc)
      let handler = __sigaction_handler.sa_handler
    #else
      let handler = __sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
