import Descent

/// What memory allows: a plain loop that streams the bytes an optimizer step must.
struct StreamLimit {
  private let count: Int
  private let arrays: [Tensor]

  /// A loop that reads and writes `updated` arrays of `count` float32 numbers and reads one more.
  init(_ count: Int, updated: Int) {
    self.count = count
    arrays = (0...updated).map { _ in Tensor.ones([count]) }
  }

  /// Streams everything once.
  func run() {
    arrays.withPointers { pointers in
      let (gradient, state) = (pointers[0], Array(pointers.dropFirst()))
      let tile = 16_384
      Runtime.parallelFor((count + tile - 1) / tile) { [count] index in
        let start = index * tile
        let end = min(start + tile, count)
        // As the engine: blocks that stay in the first-level cache while all arrays pass.
        for block in stride(from: start, to: end, by: 2048) {
          for array in state {
            Self.add(gradient.address, to: array.address, block, min(block + 2048, end))
          }
        }
      }
    }
  }

  @inline(never)
  private static func add(
    _ gradient: UnsafeMutablePointer<Float>, to array: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int
  ) {
    typealias Lanes = SIMD16<Float>
    for i in stride(from: start, to: end - end % 16, by: 16) {
      let from = UnsafeRawPointer(gradient + i).loadUnaligned(as: Lanes.self)
      let to = UnsafeMutableRawPointer(array + i)
      to.storeBytes(of: to.loadUnaligned(as: Lanes.self) * 0.999 + from, as: Lanes.self)
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
