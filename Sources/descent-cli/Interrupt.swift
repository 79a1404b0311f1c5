import Descent
import Foundation

/// Set by the signal handler, which may do no more than that.
nonisolated(unsafe) private var interrupted: sig_atomic_t = 0

/// Ends a run after its step when Ctrl-C is pressed; a second Ctrl-C ends the process at once.
final class Interrupt: TrainingCallback {
  init() {
    // A parent that blocks the signal on the thread that starts us hands that down.
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    signal(SIGINT) { _ in
      interrupted = 1
      signal(SIGINT, SIG_DFL)
    }
  }

  func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    if interrupted != 0 { trainer.stop() }
  }
}
