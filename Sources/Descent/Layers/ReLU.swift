/// `max(x, 0)`, as `torch.nn.ReLU`.
public final class ReLU: Module {
  /// Any shape, kept.
  public override func forward(_ x: Tensor) -> Tensor { x.relu() }
}
