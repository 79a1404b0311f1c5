import Dispatch
import Foundation

/// Writes on a thread of its own, one thing at a time, and keeps the error for whoever asks next.
final class BackgroundWriter: @unchecked Sendable {
  private let queue = DispatchQueue(label: "descent.checkpoint")
  // Guards what follows. Not a Mutex: see Generator.
  private let lock = NSLock()
  private var isWriting = false
  private var failure: DescentError?

  /// Whether something is being written.
  var isBusy: Bool { lock.withLock { isWriting } }

  /// Begins to write what a snapshot has; what was begun before is finished first.
  func submit(_ run: SavedRun) {
    wait()
    lock.withLock { isWriting = true }
    queue.async { [self] in
      var failure: DescentError?
      do throws(DescentError) {
        try run.write()
      } catch {
        failure = error
      }
      lock.withLock {
        isWriting = false
        self.failure = self.failure ?? failure
      }
    }
  }

  /// Waits for what is being written.
  func wait() { queue.sync {} }

  /// Throws what went wrong since this was asked last.
  func check() throws(DescentError) {
    let failure = lock.withLock {
      defer { self.failure = nil }
      return self.failure
    }
    if let failure { throw failure }
  }
}
