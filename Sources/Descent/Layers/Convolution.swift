import CDescent

/// What a convolution adds on both sides of its input: so many numbers, or as many as keep the extents.
public enum ConvolutionPadding: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Equatable, Sendable {
  /// So many numbers on both sides.
  case by(Extents)
  /// As many in all as the kernel reaches further, the odd one at the end: PyTorch's "same". The stride must be 1.
  case same

  /// None: PyTorch's "valid".
  public static let valid: ConvolutionPadding = 0
  /// The same for all dimensions.
  public init(integerLiteral value: Int) { self = .by(Extents(value)) }
  /// One for each dimension.
  public init(arrayLiteral elements: Int...) { self = .by(Extents(elements)) }

  /// As the table has it: -1 for `same`.
  var extents: Extents {
    switch self {
    case .by(let extents): return option("padding", extents, blank: -1)
    case .same: return -1
    }
  }
}

/// What `Conv1d`, `Conv2d`, `Conv3d` and the transposed ones have in common.
public class Convolution: Layer {
  /// What is added around the input.
  public enum PaddingMode: Int, Sendable {
    /// 0.
    case zeros
    /// What is there, mirrored at the outermost number.
    case reflect
    /// The outermost number.
    case replicate
    /// What is there, from the other end on.
    case circular
  }

  /// [outputs, inputs / groups, kernel...]; of transposed ones [inputs, outputs / groups, kernel...].
  public var weight: Parameter { own[0] }
  /// [outputs]; nil without a bias.
  public var bias: Parameter? { own.count > 1 ? own[1] : nil }

  /// The options that all of them have.
  private static func shared(
    _ rank: Int, _ inputs: Int, _ outputs: Int, _ kernelSize: Extents, _ stride: Extents,
    _ dilation: Extents, _ groups: Int, _ bias: Bool
  ) -> [String: Double] {
    let each = [("kernel_size", kernelSize), ("stride", stride), ("dilation", dilation)]
    return each.reduce(
      into: [
        "in_channels": Double(inputs), "out_channels": Double(outputs), "groups": Double(groups),
        "bias": bias ? 1 : 0,
      ]
    ) { options, option in options.merge(option.1.options(option.0, dimensions: rank)) { $1 } }
  }

  /// With a kernel of so many dimensions.
  fileprivate init(
    rank: Int, _ inputs: Int, _ outputs: Int, _ kernelSize: Extents, _ stride: Extents,
    _ padding: ConvolutionPadding, _ dilation: Extents, _ groups: Int, _ bias: Bool, _ mode: PaddingMode,
    _ dtype: DType, _ generator: Generator
  ) {
    var options = Self.shared(rank, inputs, outputs, kernelSize, stride, dilation, groups, bias)
    options.merge(padding.extents.options("padding", dimensions: rank)) { $1 }
    options["padding_mode"] = Double(mode.rawValue)
    super.init("conv\(rank)d", options, dtype: dtype, generator: generator)
  }

  /// Transposed.
  init(
    transposed rank: Int, _ inputs: Int, _ outputs: Int, _ kernelSize: Extents, _ stride: Extents,
    _ padding: Extents, _ outputPadding: Extents, _ dilation: Extents, _ groups: Int, _ bias: Bool,
    _ dtype: DType, _ generator: Generator
  ) {
    var options = Self.shared(rank, inputs, outputs, kernelSize, stride, dilation, groups, bias)
    options.merge(padding.options("padding", dimensions: rank)) { $1 }
    options.merge(outputPadding.options("output_padding", dimensions: rank)) { $1 }
    super.init("conv_transpose\(rank)d", options, dtype: dtype, generator: generator)
  }
}

/// A convolution over [batch, inputs, length], as `torch.nn.Conv1d`, with its initial weights. Also without a batch.
public final class Conv1d: Convolution {
  /// - Precondition: the groups divide the channels; with `same` the stride is 1.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extents, stride: Extents = 1, padding: ConvolutionPadding = 0,
    dilation: Extents = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      rank: 1, inputs, outputs, kernelSize, stride, padding, dilation, groups, bias, paddingMode, dtype,
      generator)
  }
}

/// A convolution over [batch, inputs, height, width], as `torch.nn.Conv2d`, with its initial weights. Also without a
/// batch.
///
///     Conv2d(1, 6, kernelSize: 5, padding: 2)
///     Conv2d(6, 16, kernelSize: [3, 5], stride: [1, 2])
///
/// A ReLU behind it, in a `Sequential`, is computed in the same pass.
public final class Conv2d: Convolution {
  /// - Precondition: the groups divide the channels; with `same` the stride is 1.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extents, stride: Extents = 1, padding: ConvolutionPadding = 0,
    dilation: Extents = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      rank: 2, inputs, outputs, kernelSize, stride, padding, dilation, groups, bias, paddingMode, dtype,
      generator)
  }
}

/// A convolution over [batch, inputs, depth, height, width], as `torch.nn.Conv3d`, with its initial weights. Also
/// without a batch.
public final class Conv3d: Convolution {
  /// - Precondition: the groups divide the channels; with `same` the stride is 1.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extents, stride: Extents = 1, padding: ConvolutionPadding = 0,
    dilation: Extents = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      rank: 3, inputs, outputs, kernelSize, stride, padding, dilation, groups, bias, paddingMode, dtype,
      generator)
  }
}
