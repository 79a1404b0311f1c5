import CDescent
import Foundation

/// A source of random numbers with PyTorch's exact sequence (MT19937, as `torch.Generator` on the CPU).
///
/// The same seed gives the same weights, permutations and batches as in PyTorch. Safe to share between
/// threads; the order in which they draw is then theirs.
public final class Generator: Sendable {
  /// What `manualSeed` seeds and everything draws from unless told otherwise: within `withContext` the context's own,
  /// elsewhere the process's.
  public static var `default`: Generator { Context.current?.generator ?? process }

  private static let process = Generator(seed: defaultSeed)

  /// PyTorch's.
  static let defaultSeed: UInt64 = 67_280_421_310_721

  // Not a Mutex: ThreadSanitizer does not see its futex, and reports races where there are none.
  private let lock = NSLock()
  nonisolated(unsafe) private var state: dsc_random

  /// A generator started as `torch.Generator().manual_seed(seed)` is.
  public init(seed: UInt64) {
    state = dsc_random()
    dsc_random_seed(&state, seed)
  }

  /// Starts the sequence anew.
  public func manualSeed(_ seed: UInt64) {
    withState { dsc_random_seed(&$0, seed) }
  }

  /// A random order of `0..<count`, as `torch.randperm`.
  ///
  /// - Precondition: `count` is below 2^32 / 20.
  public func permutation(_ count: Int) -> [Int] {
    var order = [Int64](repeating: 0, count: max(count, 1))
    require(withState { dsc_random_permutation(&$0, count, &order) })
    return order.prefix(count).map(Int.init)
  }

  /// The next 64 random bits.
  public func next64() -> UInt64 {
    withState { dsc_random_next64(&$0) }
  }

  func withState<Result>(_ body: (inout dsc_random) -> sending Result) -> sending Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&state)
  }

  /// The whole state as bytes, for checkpoints.
  var serialized: [UInt8] {
    get { withState { random in withUnsafeBytes(of: &random) { Array($0) } } }
  }

  /// Whether the bytes are a state that `serialized` can have given.
  static func isState(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == MemoryLayout<dsc_random>.size else { return false }
    let random = bytes.withUnsafeBytes { $0.loadUnaligned(as: dsc_random.self) }
    return random.index <= 624 && random.has_normal <= 1 && random.next_normal.isFinite
  }

  /// Continues from a state that `serialized` gave.
  func restore(_ bytes: [UInt8]) {
    demand(Self.isState(bytes), "\(bytes.count) bytes that are no state of a generator")
    withState { $0 = bytes.withUnsafeBytes { $0.loadUnaligned(as: dsc_random.self) } }
  }
}

/// Seeds the current context's default generator, as `torch.manual_seed`, and what its dropout draws from.
public func manualSeed(_ seed: UInt64) {
  Generator.default.manualSeed(seed)
  Context.stream = dsc_stream(seed: seed, calls: 0)
}
