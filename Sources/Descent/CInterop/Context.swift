import CDescent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Threads, memory and random numbers of their own, for a part of a program: a server's requests beside its training, for
/// instance.
///
///     let small = try Context(threads: 1)
///     let output = withContext(small) { model(Tensor(numbers, shape: [1, 784])) }
///
/// Tensors that are made within `withContext` belong to the context, and are computed with its threads, wherever that is
/// done; so does what is computed from them. Everything else belongs to the process's default context, whose threads
/// `Runtime.setThreads` sets. Results do not depend on it.
///
/// A context lives as long as the process, since tensors may: make few.
public final class Context: Sendable {
  private let pointer: UInt

  /// `Generator.default` within `withContext`.
  let generator = Generator(seed: Generator.defaultSeed)

  /// A context with so many threads, its caller's among them; 0: `$DESCENT_THREADS`, or one for each processor the process
  /// may use.
  ///
  /// - Throws: `DescentError` for a count outside 0...256.
  public init(threads: Int = 0) throws(DescentError) {
    var made: OpaquePointer?
    try check(dsc_context_create(Int32(clamping: threads), &made))
    pointer = UInt(bitPattern: made)
    _ = Unmanaged.passRetained(self)
  }

  var handle: OpaquePointer? { OpaquePointer(bitPattern: pointer) }

  /// The number of threads that it has.
  public var threads: Int { Int(dsc_context_threads(handle)) }

  /// Bytes in use: by tensors, and by calls while they run.
  public var usedBytes: Int { memory.in_use }

  /// Bytes of freed blocks that it keeps for reuse.
  public var cachedBytes: Int { memory.idle }

  /// What `cachedBytes` keeps to; 1 GiB unless set.
  public func setCacheLimit(_ bytes: Int) { require(dsc_context_set_memory_limit(handle, max(bytes, 0))) }

  /// Gives the freed blocks back to the system.
  public func clearCache() { require(dsc_context_trim(handle)) }

  private var memory: dsc_memory {
    var state = dsc_memory()
    require(dsc_context_memory(handle, &state))
    return state
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// What tensors made by this thread belong to; nil: the process's default.
  static var current: Context? {
    pthread_getspecific(key).map { Unmanaged<Context>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The same for C.
  static var currentHandle: OpaquePointer? { current?.handle }

  /// Makes tensors of this thread belong to a context, for as long as the thread lives.
  static func adopt(_ context: Context?) { _ = exchange(context) }

  /// What dropout and its like draw from in the current context: the numbers of a call depend on it, and on nothing else.
  static var stream: dsc_stream {
    get {
      var stream = dsc_stream()
      require(dsc_context_stream(currentHandle, &stream))
      return stream
    }
    set { require(dsc_context_set_stream(currentHandle, newValue)) }
  }

  fileprivate static func exchange(_ context: Context?) -> Context? {
    let before = current
    pthread_setspecific(key, context.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
    return before
  }
}

/// Runs `body` so that the tensors, layers and optimizers that this thread makes belong to a context.
public func withContext<Result, Failure: Error>(
  _ context: Context, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = Context.exchange(context)
  defer { _ = Context.exchange(before) }
  return try body()
}
