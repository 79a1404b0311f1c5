/// Where the epsilon of a denominator is added.
public enum EpsilonPlacement: Int, Sendable {
  /// To the root: √v + eps, as PyTorch.
  case outside
  /// Under the root: √(v + eps), as Dive into Deep Learning.
  case inside
}
