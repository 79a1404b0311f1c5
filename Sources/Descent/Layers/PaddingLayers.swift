import CDescent

/// What padding layers share: numbers added at the left and right, the top and the bottom. Negative ones take away.
public class PaddingLayer: Layer {
  fileprivate init(_ name: String, _ padding: Extents, sides: Int) {
    super.init(name, padding.options("padding", dimensions: sides))
  }
}

/// Zeros around lines, as `torch.nn.ZeroPad1d`: of any shape, whose last dimension grows.
public final class ZeroPad1d: PaddingLayer {
  /// So many on both sides, or `[left, right]`.
  public init(_ padding: Extents) { super.init("zero_pad1d", padding, sides: 2) }
}

/// Zeros around planes, as `torch.nn.ZeroPad2d`: of any shape, whose last two dimensions grow.
public final class ZeroPad2d: PaddingLayer {
  /// So many on all sides, or `[left, right, top, bottom]`.
  public init(_ padding: Extents) { super.init("zero_pad2d", padding, sides: 4) }
}

/// Lines continued as in a mirror, as `torch.nn.ReflectionPad1d`: [batch, channels, length], with or without a batch.
public final class ReflectionPad1d: PaddingLayer {
  /// So many on both sides, or `[left, right]`: fewer than there are.
  public init(_ padding: Extents) { super.init("reflection_pad1d", padding, sides: 2) }
}

/// Planes continued as in a mirror, as `torch.nn.ReflectionPad2d`: [batch, channels, height, width], with or without a batch.
public final class ReflectionPad2d: PaddingLayer {
  /// So many on all sides, or `[left, right, top, bottom]`: fewer than there are.
  public init(_ padding: Extents) { super.init("reflection_pad2d", padding, sides: 4) }
}

/// Lines continued by their outermost numbers, as `torch.nn.ReplicationPad1d`: [batch, channels, length], with or without a
/// batch.
public final class ReplicationPad1d: PaddingLayer {
  /// So many on both sides, or `[left, right]`.
  public init(_ padding: Extents) { super.init("replication_pad1d", padding, sides: 2) }
}

/// Planes continued by their outermost numbers, as `torch.nn.ReplicationPad2d`: [batch, channels, height, width], with or
/// without a batch.
public final class ReplicationPad2d: PaddingLayer {
  /// So many on all sides, or `[left, right, top, bottom]`.
  public init(_ padding: Extents) { super.init("replication_pad2d", padding, sides: 4) }
}

/// Lines continued from their other end, as `torch.nn.CircularPad1d`: [batch, channels, length], with or without a batch.
public final class CircularPad1d: PaddingLayer {
  /// So many on both sides, or `[left, right]`: at most what there is.
  public init(_ padding: Extents) { super.init("circular_pad1d", padding, sides: 2) }
}

/// Planes continued from their other end, as `torch.nn.CircularPad2d`: [batch, channels, height, width], with or without a
/// batch.
public final class CircularPad2d: PaddingLayer {
  /// So many on all sides, or `[left, right, top, bottom]`: at most what there is.
  public init(_ padding: Extents) { super.init("circular_pad2d", padding, sides: 4) }
}
