import Foundation

/// Reads batches ahead on a thread of its own, in order, up to a depth. The thread ends with the batches, at an error, or
/// when this goes away.
final class Prefetcher {
  typealias Reader = () throws(DescentError) -> Batch?

  private let shelf: Shelf

  static func check(depth: Int) throws(DescentError) {
    guard depth >= 1 else {
      throw DescentError(.invalidArgument, "prefetch is \(depth), must be at least 1 batch")
    }
  }

  /// What gives the batches of a reader, which is made and used by the other thread.
  static func reader(depth: Int, _ makeReader: @escaping @Sendable () -> Reader) -> Reader {
    let shelf = Shelf(depth)
    let context = Context.current
    let hasBegun = BackgroundThread.start {
      Context.adopt(context)
      let read = makeReader()
      var isOver = false
      while !isOver && shelf.waitForRoom() {
        let result = Result { () throws(DescentError) in try read() }
        if case .success(.some) = result { isOver = false } else { isOver = true }
        // The last to let go of it must be who takes it.
        shelf.put(consume result)
      }
    }
    // Without a thread to be had, the batches are the same.
    guard hasBegun else { return makeReader() }
    let prefetcher = Prefetcher(shelf)
    return { () throws(DescentError) in try prefetcher.shelf.take() }
  }

  private init(_ shelf: Shelf) { self.shelf = shelf }

  deinit { shelf.close() }

  /// Where batches wait. Sendable, as the lock guards all of it, and a batch has one owner at a time: the reader makes it,
  /// puts it here and forgets it.
  private final class Shelf: @unchecked Sendable {
    private let condition = NSCondition()
    private let depth: Int
    private var waiting: [Result<Batch?, DescentError>] = []
    private var isClosed = false

    init(_ depth: Int) { self.depth = depth }

    /// False: nobody wants any more.
    func waitForRoom() -> Bool {
      condition.lock()
      defer { condition.unlock() }
      while waiting.count >= depth && !isClosed { condition.wait() }
      return !isClosed
    }

    func put(_ result: consuming Result<Batch?, DescentError>) {
      condition.lock()
      if !isClosed { waiting.append(result) }
      condition.broadcast()
      condition.unlock()
    }

    func take() throws(DescentError) -> Batch? {
      condition.lock()
      while waiting.isEmpty { condition.wait() }
      let result = waiting.removeFirst()
      condition.broadcast()
      condition.unlock()
      return try result.get()
    }

    func close() {
      condition.lock()
      isClosed = true
      waiting = []
      condition.broadcast()
      condition.unlock()
    }
  }
}
