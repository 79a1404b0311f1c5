import CDescent
import Foundation

/// A block of memory that tensors view. Blocks come from the thread's cache and go back to it.
final class Storage {
  let pointer: UnsafeMutableRawPointer
  private let sizeClass: Int
  /// Counts writes in place, so that a backward pass can tell that what it saved has changed.
  @exclusivity(unchecked) var version = 0

  init(bytes: Int) {
    sizeClass = BlockCache.sizeClass(bytes)
    pointer = ThreadState.current.pointee.blocks.take(sizeClass)
  }

  deinit {
    if let state = ThreadState.existing {
      state.pointee.blocks.giveBack(pointer, sizeClass)
    } else {
      dsc_free(pointer)
    }
  }
}

/// Freed blocks by size, for reuse: after warm-up, training allocates no buffers.
struct BlockCache {
  private let lists: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  private(set) var allocations = 0
  private(set) var cachedBytes = 0

  private static let classes = 4 * 60

  init() {
    lists = .allocate(capacity: Self.classes)
    lists.initialize(repeating: nil)
  }

  /// Four sizes to each power of two from 64 bytes on: at most a fifth is wasted.
  static func sizeClass(_ bytes: Int) -> Int {
    let last = UInt(max(bytes, 64)) - 1
    let power = Int.bitWidth - 1 - last.leadingZeroBitCount
    return 4 * (power - 5) + Int(last >> UInt(power - 2)) & 3
  }

  private static func bytes(inClass sizeClass: Int) -> Int {
    (4 + sizeClass % 4 + 1) << (sizeClass / 4 + 3)
  }

  mutating func take(_ sizeClass: Int) -> UnsafeMutableRawPointer {
    if let block = lists[sizeClass] {
      lists[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
      cachedBytes -= Self.bytes(inClass: sizeClass)
      return block
    }
    allocations += 1
    var block: UnsafeMutableRawPointer?
    if dsc_allocate(Self.bytes(inClass: sizeClass), &block) < 0 {
      // What lies here unused may be what is missing.
      clear()
      if dsc_allocate(Self.bytes(inClass: sizeClass), &block) < 0 {
        Memory.exhausted("\(Self.bytes(inClass: sizeClass)) bytes for a tensor could not be allocated")
      }
    }
    return block!
  }

  mutating func giveBack(_ block: UnsafeMutableRawPointer, _ sizeClass: Int) {
    block.storeBytes(of: lists[sizeClass], as: UnsafeMutableRawPointer?.self)
    lists[sizeClass] = block
    cachedBytes += Self.bytes(inClass: sizeClass)
  }

  mutating func clear() {
    for index in lists.indices {
      while let block = lists[index] {
        lists[index] = block.load(as: UnsafeMutableRawPointer?.self)
        dsc_free(block)
      }
    }
    cachedBytes = 0
  }

  /// Gives back everything, for the end of the thread.
  mutating func close() {
    clear()
    lists.deallocate()
  }
}

/// The memory that tensors use.
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

  /// How many blocks this thread has asked of the system since it started. It stands still once a training
  /// loop is warm.
  public static var allocationCount: Int { ThreadState.current.pointee.blocks.allocations }

  /// Bytes of freed blocks that this thread keeps for reuse.
  public static var cachedBytes: Int { ThreadState.current.pointee.blocks.cachedBytes }

  /// Gives the freed blocks back to the system.
  public static func clearCache() { ThreadState.current.pointee.blocks.clear() }
}
