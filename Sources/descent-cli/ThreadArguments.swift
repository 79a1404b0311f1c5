import ArgumentParser
import Descent

/// `--threads`, wherever it is taken.
struct ThreadArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "Threads; 0: $DESCENT_THREADS, or one for each processor the process may use. Results do not depend on it."
  )
  var threads: Int = 0

  /// Has computations use as many.
  ///
  /// - Throws: `DescentError` for a count, or a `$DESCENT_THREADS`, that cannot be.
  func apply() throws(DescentError) {
    let allowed = Runtime.threadCounts
    guard allowed.contains(threads) else {
      throw DescentError(
        .invalidArgument,
        "--threads is \(threads), must be in [\(allowed.lowerBound), \(allowed.upperBound)]")
    }
    try Runtime.setThreads(threads)
  }
}
