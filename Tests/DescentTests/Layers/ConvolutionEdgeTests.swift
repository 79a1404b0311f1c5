import Descent
import Testing

/// What is not finite reaches the weights' gradients that it is multiplied with, and no others.
@Suite struct ConvolutionEdgeTests {
  /// dw of a 3x3 convolution with padding 1 and dy of ones: for each tap, the sum of the pixels below it.
  private static func gradient(
    _ x: [Double], images: Int, channels: Int, height: Int, width: Int
  ) -> [Double] {
    var dw = [Double]()
    for c in 0..<channels {
      for tap in 0..<9 {
        var sum = 0.0
        for image in 0..<images {
          for h in max(0, tap / 3 - 1)..<min(height, height + tap / 3 - 1) {
            for w in max(0, tap % 3 - 1)..<min(width, width + tap % 3 - 1) {
              sum += x[((image * channels + c) * height + h) * width + w]
            }
          }
        }
        dw.append(sum)
      }
    }
    return dw
  }

  @Test(arguments: [(5, 7), (4, 16), (9, 33)], [Double.nan, .infinity])
  func weightGradients(_ size: (height: Int, width: Int), _ value: Double) {
    let (height, width) = size
    let places = [0, width - 1, (height - 1) * width, height * width - 1, height * width / 2]
    for place in places {
      var x = (0..<2 * 2 * height * width).map { Double($0 % 7) - 3 }
      x[height * width + place] = value  // the first image's second channel
      for dtype in [DType.float32, .float64] {
        let conv = Conv2d(2, 3, kernelSize: 3, padding: 1, dtype: dtype, generator: Generator(seed: 1))
        conv(Tensor(x, shape: [2, 2, height, width], dtype: dtype)).sum().backward()
        let expected = Self.gradient(x, images: 2, channels: 2, height: height, width: width)
        for (i, found) in conv.weight.grad!.doubles.enumerated() {
          let right = expected[i % expected.count]
          #expect(found == right || found.isNaN && right.isNaN, "place \(place), number \(i)")
        }
      }
    }
  }
}
