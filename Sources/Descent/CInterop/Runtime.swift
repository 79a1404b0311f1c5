import CDescent

/// The threads and instruction sets that computations use, for the whole process.
///
/// Results do not depend on any of it but on the instruction set: 1, 2 or N threads give the same bits.
public enum Runtime {
  /// Descent's version, as "0.1.0".
  public static var version: String { String(cString: dsc_version()) }

  /// The instruction set in use: "AVX-512", "AVX2+FMA", "SSE2" or "NEON".
  public static var cpuFeatures: String { String(cString: dsc_cpu_features()) }

  /// OpenBLAS's version and the family of its kernels.
  public static var blas: String { String(cString: dsc_blas_description()) }

  /// The number of threads that computations use. It is 1 if `$DESCENT_THREADS` is not a number it may be, which
  /// `setThreads(0)` reports.
  public static var threads: Int { Int(dsc_context_threads(nil)) }

  /// The counts that `setThreads` takes.
  package static let threadCounts = 0...Int(DSC_MAX_THREADS)

  /// Sets the number of threads; 0: `$DESCENT_THREADS`, or one for each processor the process may use. At any
  /// time: what is being computed keeps the threads that it has.
  ///
  /// - Throws: `DescentError` for a count outside 0...256, and for a `$DESCENT_THREADS` that is no such count.
  public static func setThreads(_ count: Int) throws(DescentError) {
    try check(dsc_set_default_threads(Int32(clamping: count)))
  }

  /// Calls `body(i)` once for each i in `0..<count`, on all threads; returns when all are done.
  public static func parallelFor(_ count: Int, _ body: @Sendable (Int) -> Void) {
    demand(count >= 0, "parallelFor: the count is \(count), must not be negative")
    withoutActuallyEscaping(body) { body in
      var body = body
      withUnsafeMutablePointer(to: &body) { pointer in
        dsc_parallel_for(
          nil, count,
          { argument, index in
            argument!.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(index)
          }, pointer)
      }
    }
  }
}
