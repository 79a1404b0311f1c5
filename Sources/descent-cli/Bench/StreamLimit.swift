import Descent

/// What memory allows: a plain loop that streams the bytes an optimizer step, or a loss with its gradient, must.
struct StreamLimit {
  private let count: Int
  private let arrays: [Tensor]
  private let overwrites: Bool

  /// A loop that reads and writes `updated` arrays of `count` float32 numbers and reads one more; or, if it overwrites
  /// them, writes without reading.
  init(_ count: Int, updated: Int, overwrites: Bool = false) {
    self.count = count
    self.overwrites = overwrites
    arrays = (0...updated).map { _ in Tensor.ones([count]) }
  }

  /// Seconds to stream everything once, on all threads.
  func seconds() -> Double { bestSeconds(budget: 0.1, rounds: 2) { _ in run() } }

  private func run() {
    arrays.withPointers { pointers in
      let (gradient, state) = (pointers[0], Array(pointers.dropFirst()))
      let tile = 16_384
      Runtime.parallelFor((count + tile - 1) / tile) { [count, overwrites] index in
        let start = index * tile
        let end = min(start + tile, count)
        // As the engine: blocks that stay in the first-level cache while all arrays pass.
        for block in stride(from: start, to: end, by: 2048) {
          for array in state {
            Self.pass(gradient.address, array.address, block, min(block + 2048, end), overwrites)
          }
        }
      }
    }
  }

  @inline(never)
  private static func pass(
    _ from: UnsafeMutablePointer<Float>, _ array: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int,
    _ overwrites: Bool
  ) {
    typealias Lanes = SIMD16<Float>
    for i in stride(from: start, to: end - end % 16, by: 16) {
      let read = UnsafeRawPointer(from + i).loadUnaligned(as: Lanes.self)
      let place = UnsafeMutableRawPointer(array + i)
      let old = overwrites ? read : place.loadUnaligned(as: Lanes.self)
      place.storeBytes(of: old * 0.999 + read, as: Lanes.self)
    }
  }
}

/// An address that several threads work on, each in its own part.
private struct SharedPointer: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>
}

extension [Tensor] {
  fileprivate func withPointers<Result>(_ body: ([SharedPointer]) -> Result) -> Result {
    withExtendedLifetime(self) {
      body(
        map { tensor in
          tensor.withUnsafeMutableBytes {
            SharedPointer(address: $0.baseAddress!.assumingMemoryBound(to: Float.self))
          }
        })
    }
  }
}
