import CDescent

/// Lines or planes in another size, as `torch.nn.Upsample`: [batch, channels, length] or [batch, channels, height, width].
///
///     Upsample(scaleFactor: 2)
///     Upsample(size: [32, 48], mode: .bilinear)
public final class Upsample: Layer {
  /// What stands at a place between numbers.
  public enum Mode: Int, Sendable {
    /// The number before it.
    case nearest
    /// Of lines: something between both neighbours.
    case linear
    /// Of planes: something between all four neighbours.
    case bilinear
  }

  /// To a size.
  ///
  /// - Parameter alignCorners: of linear and bilinear: whether first and last numbers keep their places.
  public init(size: Extents, mode: Mode = .nearest, alignCorners: Bool = false) {
    super.init(
      "upsample",
      Self.options(option("size", size, blank: 0).options("size", dimensions: 2), mode, alignCorners))
  }

  /// By a factor.
  ///
  /// - Parameters:
  ///   - alignCorners: of linear and bilinear: whether first and last numbers keep their places.
  ///   - recomputeScaleFactor: whether places go by the output's whole extents rather than by the factor.
  public init(
    scaleFactor: Double, mode: Mode = .nearest, alignCorners: Bool = false, recomputeScaleFactor: Bool = false
  ) {
    super.init(
      "upsample",
      Self.options(
        [
          "scale_factor": option("scaleFactor", scaleFactor, blank: 0),
          "recompute_scale_factor": recomputeScaleFactor ? 1 : 0,
        ], mode,
        alignCorners))
  }

  /// By a factor for each dimension.
  ///
  /// - Parameters:
  ///   - alignCorners: of bilinear: whether first and last numbers keep their places.
  ///   - recomputeScaleFactor: whether places go by the output's whole extents rather than by the factors.
  public init(
    scaleFactors: (height: Double, width: Double), mode: Mode = .nearest, alignCorners: Bool = false,
    recomputeScaleFactor: Bool = false
  ) {
    super.init(
      "upsample",
      Self.options(
        [
          "scale_factor[0]": option("scaleFactors.height", scaleFactors.height, blank: 0),
          "scale_factor[1]": option("scaleFactors.width", scaleFactors.width, blank: 0),
          "recompute_scale_factor": recomputeScaleFactor ? 1 : 0,
        ], mode, alignCorners))
  }

  private static func options(_ own: [String: Double], _ mode: Mode, _ alignCorners: Bool) -> [String: Double]
  {
    own.merging(["mode": Double(mode.rawValue), "align_corners": alignCorners ? 1 : 0]) { $1 }
  }
}

/// Channels as squares, as `torch.nn.PixelShuffle`: [..., channels r², height, width] to [..., channels, r height, r width].
public final class PixelShuffle: Layer {
  /// Squares of this side.
  public init(_ upscaleFactor: Int) { super.init("pixel_shuffle", ["upscale_factor": Double(upscaleFactor)]) }
}

/// A dimension as several, as `torch.nn.Unflatten`.
public final class Unflatten: Layer {
  /// Dimension `dim` with these extents; -1, once: what is left. At most six.
  public init(_ dim: Int, _ unflattenedSize: [Int]) {
    let sizes = unflattenedSize.enumerated().map { ("unflattened_size[\($0)]", Double($1)) }
    super.init(
      "unflatten", Dictionary(uniqueKeysWithValues: sizes).merging(["dim": Double(dim)]) { $1 })
  }
}

/// The input itself, as `torch.nn.Identity`.
public final class Identity: Layer {
  /// The layer.
  public init() { super.init("identity") }
}
