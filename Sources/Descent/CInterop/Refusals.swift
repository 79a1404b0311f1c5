import CDescent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What happens when the C core refuses what only a mistake in the program can ask for: the program stops, unless
/// somebody wants the refusal thrown.
package enum Refusals {
  /// Runs `body`, and throws the first refusal in it. What is refused gives a scalar NaN meanwhile, so that `body` comes to
  /// its end.
  package static func thrown<Result>(_ body: () -> Result) throws(DescentError) -> Result {
    let before = pthread_getspecific(key)
    let collected = Collected()
    return try withExtendedLifetime(collected) { () throws(DescentError) in
      pthread_setspecific(key, Unmanaged.passUnretained(collected).toOpaque())
      defer { pthread_setspecific(key, before) }
      let result = body()
      if let error = collected.error { throw error }
      return result
    }
  }

  private final class Collected {
    var error: DescentError?
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Stops the program with C's sentence, or keeps it.
  @inline(never)
  static func refused(_ status: dsc_status, _ file: StaticString, _ line: UInt) {
    if Int(status) == DSC_ERROR_MEMORY { Memory.exhausted(lastSentence) }
    guard let pointer = pthread_getspecific(key) else { stop(lastSentence, file: file, line: line) }
    let collected = Unmanaged<Collected>.fromOpaque(pointer).takeUnretainedValue()
    guard collected.error == nil else { return }
    let isMisfit = Int(status) == DSC_ERROR_SIZE || Int(status) == DSC_ERROR_DTYPE
    collected.error = isMisfit ? DescentError(.mismatch, lastSentence) : DescentError(status: status)
  }

  /// What stands for a result that was refused: a scalar NaN.
  @inline(never)
  static func placeholder() -> OpaquePointer {
    var result: OpaquePointer?
    let status = dsc_tensor_full(nil, DSC_FLOAT32, 0, nil, .nan, &result)
    guard let result else { stop("no memory for a number: status \(status)") }
    return result
  }

  /// The C core's last sentence in this thread. It names functions as C does: "dsc_add: ..." is "add: ..." here, and
  /// "dsc_tensor_item" is "item".
  static var lastSentence: String {
    let sentence = String(cString: dsc_last_error())
    let prefix = ["dsc_tensor_", "dsc_"].first { sentence.hasPrefix($0) }
    return String(sentence.dropFirst(prefix?.count ?? 0))
  }
}
