/// One step of a recurrent network: what RNNCell, GRUCell and LSTMCell have in common.
public class RecurrentCell: Layer {
  /// [gates · hidden, inputs]
  public var weightIH: Parameter { own[0] }
  /// [gates · hidden, hidden]
  public var weightHH: Parameter { own[1] }
  /// [gates · hidden]; nil without biases.
  public var biasIH: Parameter? { own.count > 2 ? own[2] : nil }
  /// [gates · hidden]; nil without biases.
  public var biasHH: Parameter? { own.count > 2 ? own[3] : nil }

  fileprivate init(
    _ name: String, _ inputs: Int, _ hidden: Int, bias: Bool, own: [String: Double] = [:], dtype: DType,
    generator: Generator
  ) {
    let options = ["input_size": Double(inputs), "hidden_size": Double(hidden), "bias": bias ? 1 : 0]
    super.init(name, options.merging(own) { $1 }, dtype: dtype, generator: generator)
  }
}

/// One step of `RNN`, as `torch.nn.RNNCell`, with its initial weights.
public final class RNNCell: RecurrentCell {
  /// A cell with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  public init(
    _ inputs: Int, _ hidden: Int, bias: Bool = true, nonlinearity: RNN.Nonlinearity = .tanh,
    dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "rnn_cell", inputs, hidden, bias: bias, own: ["nonlinearity": Double(nonlinearity.rawValue)],
      dtype: dtype,
      generator: generator)
  }

  /// The new state: of x [batch, inputs] or [inputs] and a state [batch, hidden] or [hidden]; nil: zeros.
  public func callAsFunction(_ x: Tensor, state: Tensor?) -> Tensor { call([x, state], outputs: 1)[0]! }
}

/// One step of `GRU`, as `torch.nn.GRUCell`, with its initial weights.
public final class GRUCell: RecurrentCell {
  /// A cell with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  public init(
    _ inputs: Int, _ hidden: Int, bias: Bool = true, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init("gru_cell", inputs, hidden, bias: bias, dtype: dtype, generator: generator)
  }

  /// The new state: of x [batch, inputs] or [inputs] and a state [batch, hidden] or [hidden]; nil: zeros.
  public func callAsFunction(_ x: Tensor, state: Tensor?) -> Tensor { call([x, state], outputs: 1)[0]! }
}

/// One step of `LSTM`, as `torch.nn.LSTMCell`, with its initial weights.
public final class LSTMCell: RecurrentCell {
  /// A cell with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  public init(
    _ inputs: Int, _ hidden: Int, bias: Bool = true, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init("lstm_cell", inputs, hidden, bias: bias, dtype: dtype, generator: generator)
  }

  /// The new state and cell: of x [batch, inputs] or [inputs], and a state and a cell [batch, hidden] or [hidden]; nil: zeros.
  public func callAsFunction(_ x: Tensor, state: (h: Tensor, c: Tensor)?) -> (h: Tensor, c: Tensor) {
    let made = call([x, state?.h, state?.c], outputs: 2)
    return (made[0]!, made[1]!)
  }
}
