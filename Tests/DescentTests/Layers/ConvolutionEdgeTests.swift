import Descent
import Testing

/// What is not finite reaches the weights' gradients that it is multiplied with, and no others.
@Suite struct ConvolutionEdgeTests {
  struct Case: Sendable {
    let height, width: Int
    var stride = 1
    var dilation = 1

    /// dw of a 3x3 convolution with padding 1 and dy of ones: for each tap, the sum of the pixels that it meets.
    func gradient(_ x: [Double], images: Int, channels: Int) -> [Double] {
      var dw = [Double](repeating: 0, count: channels * 9)
      let reach = 2 * dilation - 2  // what the padding does not make up for
      for plane in 0..<images * channels {
        for (row, tap) in rows(height, reach) {
          for (column, other) in rows(width, reach) {
            dw[plane % channels * 9 + tap * 3 + other] += x[(plane * height + row) * width + column]
          }
        }
      }
      return dw
    }

    /// The pixels that a line's outputs read, and by which tap.
    private func rows(_ extent: Int, _ reach: Int) -> [(pixel: Int, tap: Int)] {
      (0...(extent - reach - 1) / stride).flatMap { output in
        (0..<3).map { (output * stride + $0 * dilation - 1, $0) }
      }.filter { (0..<extent).contains($0.0) }
    }
  }

  /// The bias's gradient comes with the weight's or, where that is frozen, by itself; it is added to what is there.
  @Test(
    arguments: [Shape([4, 3, 9, 40]), [2, 3, 70, 80], [3, 3, 7, 9]], [DType.float32, .float64])
  func frozenWeight(_ shape: Shape, _ dtype: DType) throws {
    let generator = Generator(seed: 3)
    let conv = Conv2d(3, 5, kernelSize: 3, padding: 1, dtype: dtype, generator: generator)
    let x = Tensor.randn(shape, dtype: dtype, generator: generator)
    let upstream = Tensor.randn([shape[0], 5, shape[2], shape[3]], dtype: dtype, generator: generator)
    let right = upstream.to(.float64).sum(dims: [0, 2, 3]).doubles
    let budget = dtype == .float32 ? 1e-5 : 1e-12
    var found: [[Double]] = []
    for isTrained in [true, false] {
      conv.weight.requiresGrad = isTrained
      conv.bias!.grad = nil
      for times in [1.0, 2.0] {
        conv(x).backward(upstream)
        let gradient = try #require(conv.bias?.grad).doubles
        #expect(zip(gradient, right).allSatisfy { abs($0 - times * $1) <= budget * max(1, abs($1)) })
        found.append(gradient)
      }
    }
    #expect(found[0] == found[2] && found[1] == found[3])
  }

  /// Weights of 1x1 convolutions: products of whole planes, of several images and groups.
  @Test(arguments: [DType.float32, .float64])
  func planesAsTheyStand(_ dtype: DType) throws {
    let generator = Generator(seed: 3)
    let conv = Conv2d(128, 64, kernelSize: 1, groups: 2, dtype: dtype, generator: generator)
    let x = Tensor.randn([20, 128, 3, 3], dtype: dtype, generator: generator)
    let upstream = Tensor.randn([20, 64, 3, 3], dtype: dtype, generator: generator)
    conv(x).backward(upstream)
    let gradient = try #require(conv.weight.grad).to(.float64)
    func rows(_ t: Tensor, group: Int) -> Tensor {
      t.to(.float64).transposed(0, 1).reshaped([2, t.shape[1] / 2, 20 * 9])[group]
    }
    for group in 0..<2 {
      let right = rows(upstream, group: group).matmul(rows(x, group: group).transposed(0, 1))
      let found = gradient[(group * 32)..<(group * 32 + 32)].reshaped([32, 64])
      #expect((found - right).abs().max().item() < (dtype == .float32 ? 5e-5 : 1e-12))
    }
  }

  /// The last block of channels is smaller than those before it, whose numbers may stand behind it still.
  @Test(
    arguments: [Double.nan, .infinity],
    [(DType.float32, 2), (.float64, 2), (.float32, 30), (.float64, 30)] as [(dtype: DType, outputs: Int)])
  func channelsOfOtherBlocksStayOut(_ value: Double, _ it: (dtype: DType, outputs: Int)) throws {
    let (dtype, outputs) = it
    let channels = 65
    let x = Tensor.ones([1, channels, 6, 8], dtype: dtype)
    x[.all, 32].fill(value)
    let conv = Conv2d(channels, outputs, kernelSize: 3, dtype: dtype, generator: Generator(seed: 1))
    conv(x).sum().backward()
    let dw = try #require(conv.weight.grad)
    for channel in 0..<channels {
      let isHit = channel == 32
      #expect(dw[.all, channel].doubles.allSatisfy { isHit ? !$0.isFinite : $0 == 24 }, "channel \(channel)")
    }
  }

  @Test(
    arguments: [
      Case(height: 5, width: 7), Case(height: 4, width: 16), Case(height: 9, width: 33),
      Case(height: 7, width: 8, stride: 2), Case(height: 9, width: 18, stride: 3),
      Case(height: 6, width: 9, dilation: 2), Case(height: 8, width: 11, stride: 2, dilation: 2),
    ], [Double.nan, .infinity])
  func weightGradients(_ it: Case, _ value: Double) {
    let size = it.height * it.width
    let channels = 8
    for place in [0, it.width - 1, size - it.width, size - 1, size / 2] {
      var x = (0..<2 * channels * size).map { Double($0 % 7) - 3 }
      x[size + place] = value  // the first image's second channel
      // Three outputs, and so many that a kernel has them for lanes.
      for (dtype, outputs) in [(DType.float32, 3), (.float64, 3), (.float32, 30), (.float64, 30)] {
        // Memory that a kernel may get next has NaN in it.
        _ = Tensor([Double](repeating: .nan, count: 1 << 15), dtype: dtype)
        let conv = Conv2d(
          channels, outputs, kernelSize: 3, stride: .init(it.stride), padding: 1,
          dilation: .init(it.dilation),
          dtype: dtype,
          generator: Generator(seed: 1))
        conv(Tensor(x, shape: [2, channels, it.height, it.width], dtype: dtype)).sum().backward()
        let expected = it.gradient(x, images: 2, channels: channels)
        for (i, found) in conv.weight.grad!.doubles.enumerated() {
          let right = expected[i % expected.count]
          #expect(
            found == right || found.isNaN && right.isNaN, "place \(place), number \(i) of \(outputs) outputs")
        }
      }
    }
  }
}
