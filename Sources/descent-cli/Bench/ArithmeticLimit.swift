import Descent

/// What arithmetic allows: so many divisions and square roots, at the pace that this machine does them in its
/// first caches.
struct ArithmeticLimit {
  private let count: Int
  private let divisions: Int
  private let squareRoots: Int

  /// A step over `count` float32 elements that each need so many.
  init(_ count: Int, divisions: Int, squareRoots: Int) {
    self.count = count
    self.divisions = divisions
    self.squareRoots = squareRoots
  }

  /// Seconds with all threads.
  func seconds() -> Double {
    var pace = 0.0
    if divisions > 0 { pace += Double(divisions) * Self.pace { _ = $0 / $0 } }
    if squareRoots > 0 { pace += Double(squareRoots) * Self.pace { _ = $0.sqrt() } }
    return Double(count) * pace / Double(Runtime.threads)
  }

  /// Seconds an element on one thread: from two lengths, both one tile and in the caches, so that what a call costs
  /// drops out.
  private static func pace(_ operation: (Tensor) -> Void) -> Double {
    let lengths = [4096, 16_384]
    let seconds = lengths.map { length in
      let x = Tensor.ones([length])
      return bestSeconds(budget: 0.01, rounds: 5) { _ in operation(x) }
    }
    return max(seconds[1] - seconds[0], 0) / Double(lengths[1] - lengths[0])
  }
}
