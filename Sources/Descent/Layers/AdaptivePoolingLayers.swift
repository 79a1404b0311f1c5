import CDescent

/// What adaptive pooling layers share: so many windows, whatever the input's extents.
public class AdaptivePooling: Layer {
  fileprivate init(_ name: String, _ sizes: [Int?]) {
    let rows = sizes.count == 1 ? ["output_size"] : sizes.indices.map { "output_size[\($0)]" }
    let options = sizes.map { option("outputSize", $0.map(Double.init), blank: -1) }
    super.init(name, Dictionary(uniqueKeysWithValues: zip(rows, options)))
  }
}

/// The largest numbers of so many windows.
public class AdaptiveMaxPooling: AdaptivePooling {
  /// The largest numbers, and where they are: int64, row by row in their line or plane. As with `return_indices=True`.
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    let outputs = call([x], outputs: 2)
    return (outputs[0]!, outputs[1]!)
  }
}

/// The means of so many windows of a line, as `torch.nn.AdaptiveAvgPool1d`: [batch, channels, length], with or without a
/// batch.
public final class AdaptiveAvgPool1d: AdaptivePooling {
  /// So many windows; nil: as many as numbers.
  public init(_ outputSize: Int?) { super.init("adaptive_avg_pool1d", [outputSize]) }
}

/// The means of so many windows of a plane, as `torch.nn.AdaptiveAvgPool2d`: [batch, channels, height, width], with or
/// without a batch.
public final class AdaptiveAvgPool2d: AdaptivePooling {
  /// So many rows, and columns, of windows.
  public init(_ outputSize: Int) { super.init("adaptive_avg_pool2d", [outputSize, outputSize]) }
  /// So many rows, and columns, of windows; nil: as many as numbers.
  public init(_ height: Int?, _ width: Int?) { super.init("adaptive_avg_pool2d", [height, width]) }
}

/// The largest numbers of so many windows of a line, as `torch.nn.AdaptiveMaxPool1d`: [batch, channels, length], with or
/// without a batch.
public final class AdaptiveMaxPool1d: AdaptiveMaxPooling {
  /// So many windows; nil: as many as numbers.
  public init(_ outputSize: Int?) { super.init("adaptive_max_pool1d", [outputSize]) }
}

/// The largest numbers of so many windows of a plane, as `torch.nn.AdaptiveMaxPool2d`: [batch, channels, height, width], with
/// or without a batch.
public final class AdaptiveMaxPool2d: AdaptiveMaxPooling {
  /// So many rows, and columns, of windows.
  public init(_ outputSize: Int) { super.init("adaptive_max_pool2d", [outputSize, outputSize]) }
  /// So many rows, and columns, of windows; nil: as many as numbers.
  public init(_ height: Int?, _ width: Int?) { super.init("adaptive_max_pool2d", [height, width]) }
}
