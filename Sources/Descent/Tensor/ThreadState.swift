#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What each thread has for itself: the switch for recording, freed blocks, and the tapes' leftovers.
///
/// A structure behind a pointer: it is asked for several times an operation, and a class would be retained and
/// released each time.
struct ThreadState {
  var recordsGradients = true
  var blocks = BlockCache()
  /// Tensors whose graphs are being taken down, so that a long graph does not recurse.
  var discarded: [Tensor] = []
  var isDiscarding = false
  /// Used by every backward pass that keeps nothing.
  var plainPass = BackwardPass.plain()
  /// The list of nodes of the last pass, for its capacity.
  var nodes: [Node] = []

  /// The last 1 that a backward pass started from, kept because the next one needs the same.
  private(set) var lastOne: Tensor?
  private var lastVersion = 0

  mutating func one(_ shape: Shape, _ dtype: DType) -> Tensor {
    // A caller that was given it as a gradient may have written to it.
    if let lastOne, lastOne.shape == shape, lastOne.dtype == dtype, lastOne.storage.version == lastVersion {
      return lastOne
    }
    let one = Tensor.ones(shape, dtype: dtype)
    lastOne = one
    lastVersion = one.storage.version
    return one
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      #if canImport(Glibc)
        guard let pointer else { return }
      #endif
      let state = pointer.assumingMemoryBound(to: ThreadState.self)
      state.pointee.lastOne = nil
      state.pointee.blocks.close()
      state.deinitialize(count: 1)
      state.deallocate()
    }
    return key
  }()

  /// This thread's state, if it has one: a thread that is ending may have lost it.
  @inline(__always)
  static var existing: UnsafeMutablePointer<ThreadState>? {
    pthread_getspecific(key)?.assumingMemoryBound(to: ThreadState.self)
  }

  @inline(__always)
  static var current: UnsafeMutablePointer<ThreadState> { existing ?? make() }

  private static func make() -> UnsafeMutablePointer<ThreadState> {
    let state = UnsafeMutablePointer<ThreadState>.allocate(capacity: 1)
    state.initialize(to: ThreadState())
    pthread_setspecific(key, state)
    return state
  }
}
