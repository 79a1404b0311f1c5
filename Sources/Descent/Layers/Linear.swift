/// `y = x weightᵀ + bias`, as `torch.nn.Linear`, with its initial weights: the same seed gives the same ones.
public final class Linear: Module {
  /// [outputs, inputs]
  public let weight: Parameter
  /// [outputs]; nil without a bias.
  public let bias: Parameter?

  /// A layer with weights and biases drawn from U(-1/√inputs, 1/√inputs), PyTorch's default: weights first.
  ///
  /// - Precondition: `inputs` and `outputs` are at least 1.
  public init(
    _ inputs: Int, _ outputs: Int, bias hasBias: Bool = true, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    demand(inputs > 0 && outputs > 0, "Linear(\(inputs), \(outputs)): both must be at least 1")
    weight = Parameter(uninitializedParameter: Shape(outputs, inputs), dtype: dtype)
    // kaiming_uniform_ with a = √5, in PyTorch's order of operations: the last bit matters.
    let gain = (2.0 / (1.0 + 5.0)).squareRoot()
    let bound = 3.0.squareRoot() * (gain / Double(inputs).squareRoot())
    weight.fillUniform(-bound, bound, generator: generator)
    if hasBias {
      let bias = Parameter(uninitializedParameter: [outputs], dtype: dtype)
      let bound = 1 / Double(inputs).squareRoot()
      bias.fillUniform(-bound, bound, generator: generator)
      self.bias = bias
    } else {
      bias = nil
    }
  }

  /// [..., inputs] to [..., outputs].
  public override func forward(_ x: Tensor) -> Tensor { linear(x, weight, bias) }
}
