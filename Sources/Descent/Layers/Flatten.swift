/// All dimensions but the first made one, as `torch.nn.Flatten`.
public final class Flatten: Module {
  /// [batch, d1, d2, ...] to [batch, d1 * d2 * ...].
  public override func forward(_ x: Tensor) -> Tensor { x.flattened() }
}
