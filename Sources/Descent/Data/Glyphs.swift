/// Ten made-up classes of 28 x 28 grey images, drawn from strokes: a data set that needs no download.
///
/// Every image is its class's strokes after a random shift, rotation, scale and shear, in a random thickness and
/// brightness, among stray strokes and noise. Image i of a seed is always the same, whatever the count.
public enum Glyphs {
  /// The classes' names.
  public static let classNames = [
    "ring", "bar", "swan", "wave", "gate", "sickle", "whirl", "angle", "knot", "balloon",
  ]

  /// An image's height and width.
  public static let side = 28

  /// Draws the images `first..<first + count` of a seed, on all threads.
  public static func images(count: Int, seed: UInt64, first: Int = 0) -> ImageDataset {
    demand(count >= 0 && first >= 0, "Glyphs: \(count) images from number \(first) on")
    let size = side * side
    var pixels = [UInt8](repeating: 0, count: count * size)
    var labels = [UInt8](repeating: 0, count: count)
    pixels.withUnsafeMutableBufferPointer { pixels in
      labels.withUnsafeMutableBufferPointer { labels in
        nonisolated(unsafe) let (pixels, labels) = (pixels, labels)
        let tile = 256
        Runtime.parallelFor((count + tile - 1) / tile) { index in
          for i in index * tile..<min((index + 1) * tile, count) {
            var pen = Pen(random: SplitMix64(seed: seed, stream: UInt64(first + i)))
            labels[i] = UInt8(
              pen.draw(into: UnsafeMutableBufferPointer(rebasing: pixels[i * size..<(i + 1) * size])))
          }
        }
      }
    }
    do {
      return try ImageDataset(
        pixels: pixels, labels: labels, height: side, width: side, classNames: classNames, source: "glyphs")
    } catch {
      stop("\(error)")
    }
  }

  /// The standard split: training images, and test images of the same seed that follow them.
  public static func standard(
    seed: UInt64 = 0, training: Int = 60_000, test: Int = 10_000
  ) -> (training: ImageDataset, test: ImageDataset) {
    (images(count: training, seed: seed), images(count: test, seed: seed, first: 1 << 32))
  }
}

/// Steele, Lea and Flood's SplitMix64: enough randomness for pictures, and a stream of its own for each.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64, stream: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 ^ stream &* 0xd1b5_4a32_d192_ed03
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// U[low, high)
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * Float(next() >> 40) * 0x1p-24
  }
}
