#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What each thread has for itself: the switch for recording, freed blocks, and the tapes' leftovers.
final class ThreadState {
  var recordsGradients = true
  var blocks = BlockCache()
  /// Tensors whose graphs are being taken down, so that a long graph does not recurse.
  var discarded: [Tensor] = []
  var isDiscarding = false
  /// Reused by every backward pass.
  var nodes: [Node] = []

  /// The last 1 that a backward pass started from, kept because the next one needs the same.
  private(set) var lastOne: Tensor?

  func one(_ shape: Shape, _ dtype: DType) -> Tensor {
    if let lastOne, lastOne.shape == shape, lastOne.dtype == dtype { return lastOne }
    let one = Tensor.ones(shape, dtype: dtype)
    lastOne = one
    return one
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      #if canImport(Glibc)
        guard let pointer else { return }
      #endif
      let state = Unmanaged<ThreadState>.fromOpaque(pointer).takeRetainedValue()
      state.blocks.clear()
    }
    return key
  }()

  /// This thread's state, if it has one: a thread that is ending may have lost it.
  @inline(__always)
  static var existing: ThreadState? {
    guard let pointer = pthread_getspecific(key) else { return nil }
    return Unmanaged<ThreadState>.fromOpaque(pointer).takeUnretainedValue()
  }

  @inline(__always)
  static var current: ThreadState { existing ?? make() }

  private static func make() -> ThreadState {
    let state = ThreadState()
    pthread_setspecific(key, Unmanaged.passRetained(state).toOpaque())
    return state
  }
}
