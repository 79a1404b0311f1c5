/// The transpose of a convolution, over [batch, inputs, length], as `torch.nn.ConvTranspose1d`. Also without a batch.
public final class ConvTranspose1d: Convolution {
  /// - Parameters:
  ///   - padding: numbers taken away on both sides.
  ///   - outputPadding: numbers more at the end.
  /// - Precondition: the groups divide the channels; `outputPadding` is below the stride or the dilation.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extents, stride: Extents = 1, padding: Extents = 0,
    outputPadding: Extents = 0, groups: Int = 1, bias: Bool = true, dilation: Extents = 1,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      transposed: 1, inputs, outputs, kernelSize, stride, padding, outputPadding, dilation, groups, bias,
      dtype, generator)
  }
}

/// The transpose of a convolution, over [batch, inputs, height, width], as `torch.nn.ConvTranspose2d`. Also without a
/// batch.
public final class ConvTranspose2d: Convolution {
  /// - Parameters:
  ///   - padding: numbers taken away on both sides.
  ///   - outputPadding: numbers more at the end.
  /// - Precondition: the groups divide the channels; `outputPadding` is below the stride or the dilation.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extents, stride: Extents = 1, padding: Extents = 0,
    outputPadding: Extents = 0, groups: Int = 1, bias: Bool = true, dilation: Extents = 1,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      transposed: 2, inputs, outputs, kernelSize, stride, padding, outputPadding, dilation, groups, bias,
      dtype, generator)
  }
}
