import Descent

/// Runs `body` with threads and a generator, from `seed`, that no other test has: tests run side by side, and what one draws
/// from the default generator, weights or dropout's masks, another would miss.
@discardableResult
func alone<Result>(threads: Int = 1, seed: UInt64 = 3, _ body: () throws -> Result) throws -> Result {
  try withContext(Context(threads: threads)) {
    manualSeed(seed)
    return try body()
  }
}
