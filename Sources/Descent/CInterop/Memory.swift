import CDescent
import Foundation

/// The memory that tensors use. What is freed is kept for later, up to a limit.
public enum Memory {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var handler: (@Sendable (String) -> Never)?

  /// What is called, with a sentence, when the system has no more memory for a tensor or a kernel. Operations on
  /// tensors cannot throw, so it ends the program, in the program's own way. By default the sentence goes to standard
  /// error, and the program is aborted.
  public static func whenExhausted(_ handler: @escaping @Sendable (String) -> Never) {
    lock.withLock { self.handler = handler }
  }

  static func exhausted(_ sentence: String) -> Never {
    if let handler = lock.withLock({ handler }) { handler(sentence) }
    stop(sentence)
  }

  private static var state: dsc_memory {
    var state = dsc_memory()
    require(dsc_context_memory(nil, &state))
    return state
  }

  /// How many blocks the system has been asked for so far. It stands still once a training loop is warm.
  public static var allocationCount: Int { state.requests }

  /// Bytes in use: by tensors, and by calls while they run.
  public static var usedBytes: Int { state.in_use }

  /// The most bytes in use so far.
  public static var peakBytes: Int { state.most_in_use }

  /// Bytes of freed blocks that are kept for reuse.
  public static var cachedBytes: Int { state.idle }

  /// What `cachedBytes` keeps to; 1 GiB unless set.
  public static var cacheLimit: Int {
    get { state.limit }
    set { require(dsc_context_set_memory_limit(nil, max(newValue, 0))) }
  }

  /// Gives the freed blocks back to the system.
  public static func clearCache() { require(dsc_context_trim(nil)) }
}
