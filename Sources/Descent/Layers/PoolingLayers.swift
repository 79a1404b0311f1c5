import CDescent

/// What pooling layers share: windows of a size over the last dimensions.
public class WindowPooling: Layer {
  fileprivate init(
    _ name: String, dimensions: Int, kernelSize: Extents, stride: Extents?, padding: Extents,
    _ more: [String: Double]
  ) {
    let windows = [
      ("kernel_size", kernelSize), ("stride", option("stride", stride, blank: 0)), ("padding", padding),
    ]
    super.init(
      name,
      windows.reduce(into: more) { options, option in
        options.merge(option.1.options(option.0, dimensions: dimensions)) { $1 }
      })
  }
}

/// The largest numbers of windows.
public class MaxPooling: WindowPooling {
  fileprivate init(
    _ dimensions: Int, _ kernelSize: Extents, _ stride: Extents?, _ padding: Extents, _ dilation: Extents,
    _ ceilMode: Bool
  ) {
    super.init(
      "max_pool\(dimensions)d", dimensions: dimensions, kernelSize: kernelSize, stride: stride,
      padding: padding,
      dilation.options("dilation", dimensions: dimensions).merging(["ceil_mode": ceilMode ? 1 : 0]) { $1 })
  }

  /// The largest numbers, and where they are: int64, row by row in their line or plane. As with `return_indices=True`.
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    let outputs = call([x], outputs: 2)
    return (outputs[0]!, outputs[1]!)
  }
}

/// The largest number of each window of a line, as `torch.nn.MaxPool1d`: [batch, channels, length], with or without a batch.
///
/// NaN counts as the largest. The gradient goes to the first of equal numbers.
public final class MaxPool1d: MaxPooling {
  /// Windows of `kernelSize` numbers, `dilation` apart, each `stride` after the last (as long as a window unless another is
  /// given), over lines with `padding` numbers of -∞ on both sides.
  ///
  /// - Parameter ceilMode: whether a last window may reach over the end.
  public init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) {
    super.init(
      1, Extents(kernelSize), stride.map { Extents($0) }, Extents(padding), Extents(dilation), ceilMode)
  }
}

/// The largest number of each window of a plane, as `torch.nn.MaxPool2d`: [batch, channels, height, width], with or without
/// a batch.
///
///     MaxPool2d(2)
///     MaxPool2d([3, 2], stride: [2, 1], padding: 1)
///
/// NaN counts as the largest. The gradient goes to the first of equal numbers.
public final class MaxPool2d: MaxPooling {
  /// Windows as `MaxPool1d`'s, with one number for both dimensions or one for each.
  public init(
    _ kernelSize: Extents, stride: Extents? = nil, padding: Extents = 0, dilation: Extents = 1,
    ceilMode: Bool = false
  ) { super.init(2, kernelSize, stride, padding, dilation, ceilMode) }
}

/// The mean of each window of a line, as `torch.nn.AvgPool1d`: [batch, channels, length], with or without a batch.
public final class AvgPool1d: WindowPooling {
  /// Windows as `MaxPool1d`'s, with padding of 0.
  ///
  /// - Parameter countIncludePad: whether padding counts in what a sum is divided by.
  public init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) {
    super.init(
      "avg_pool1d", dimensions: 1, kernelSize: Extents(kernelSize), stride: stride.map { Extents($0) },
      padding: Extents(padding),
      ["ceil_mode": ceilMode ? 1 : 0, "count_include_pad": countIncludePad ? 1 : 0])
  }
}

/// The mean of each window of a plane, as `torch.nn.AvgPool2d`: [batch, channels, height, width], with or without a batch.
public final class AvgPool2d: WindowPooling {
  /// Windows as `MaxPool2d`'s, with padding of 0.
  ///
  /// - Parameters:
  ///   - countIncludePad: whether padding counts in what a sum is divided by.
  ///   - divisorOverride: what a sum is divided by instead.
  public init(
    _ kernelSize: Extents, stride: Extents? = nil, padding: Extents = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) {
    super.init(
      "avg_pool2d", dimensions: 2, kernelSize: kernelSize, stride: stride, padding: padding,
      [
        "ceil_mode": ceilMode ? 1 : 0, "count_include_pad": countIncludePad ? 1 : 0,
        "divisor_override": option("divisorOverride", divisorOverride.map(Double.init), blank: 0),
      ])
  }
}
