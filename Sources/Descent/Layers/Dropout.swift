import CDescent

/// What all kinds of dropout share: in training some numbers fall away, in evaluation nothing is done.
///
/// The masks depend on `manualSeed`, on the calls before, and on a number's place: not on threads.
public class DropoutLayer: Layer {
  /// The share that falls away.
  ///
  /// - Precondition: it is from 0 to 1.
  public var p: Double { didSet { set("p", p) } }

  init(_ name: String, _ p: Double) {
    self.p = p
    super.init(name, ["p": p])
  }
}

/// 0 with probability `p`, else x / (1 - p), as `torch.nn.Dropout`. Any shape, kept.
public final class Dropout: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("dropout", p) }
}

/// Dropout of whole channels, as `torch.nn.Dropout1d`: [N, C, L], or [C, L].
public final class Dropout1d: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("dropout1d", p) }
}

/// Dropout of whole channels, as `torch.nn.Dropout2d`: [N, C, H, W], or [N, C, L].
public final class Dropout2d: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("dropout2d", p) }
}

/// Dropout of whole channels, as `torch.nn.Dropout3d`: [N, C, D, H, W], or [C, D, H, W].
public final class Dropout3d: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("dropout3d", p) }
}

/// Dropout to the lowest that `SELU` gives, which keeps mean 0 and variance 1, as `torch.nn.AlphaDropout`. Any shape, kept.
public final class AlphaDropout: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("alpha_dropout", p) }
}

/// `AlphaDropout` of whole channels, as `torch.nn.FeatureAlphaDropout`: [N, C, ...].
public final class FeatureAlphaDropout: DropoutLayer {
  /// - Precondition: `p` is from 0 to 1.
  public init(p: Double = 0.5) { super.init("feature_alpha_dropout", p) }
}
