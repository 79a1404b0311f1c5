import CDescent

/// A function that a linear layer applies to its output while that is in cache.
public enum Activation: Sendable {
  /// None.
  case identity
  /// max(x, 0)
  case relu

  var c: dsc_activation { self == .relu ? DSC_ACTIVATION_RELU : DSC_ACTIVATION_NONE }

  func callAsFunction(_ x: Tensor) -> Tensor { self == .relu ? x.relu() : x }
}
