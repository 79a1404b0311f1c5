/// Layers of a recurrent network, step by step in both directions: what RNN, GRU and LSTM have in common.
///
/// The parameters have PyTorch's names: "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse",
/// "weight_ih_l1", ...
public class RecurrentLayer: Layer {
  /// Whether x and y are [batch, steps, ...], not [steps, batch, ...].
  public let batchFirst: Bool
  /// Whether a second half of each layer goes from the end to the beginning.
  public let bidirectional: Bool
  /// The share of a layer's states that falls away in training before the next layer.
  public var dropout: Double { didSet { set("dropout", dropout) } }

  fileprivate init(
    _ name: String, _ inputs: Int, _ hidden: Int, layers: Int, bias: Bool, batchFirst: Bool, dropout: Double,
    bidirectional: Bool, own: [String: Double], dtype: DType, generator: Generator
  ) {
    (self.batchFirst, self.bidirectional, self.dropout) = (batchFirst, bidirectional, dropout)
    let options: [String: Double] = [
      "input_size": Double(inputs), "hidden_size": Double(hidden), "num_layers": Double(layers),
      "bias": bias ? 1 : 0, "batch_first": batchFirst ? 1 : 0, "dropout": dropout,
      "bidirectional": bidirectional ? 1 : 0,
    ]
    super.init(name, options.merging(own) { $1 }, dtype: dtype, generator: generator)
  }

  fileprivate func run(_ x: Tensor, _ state: Tensor?, _ lengths: Tensor?) -> (output: Tensor, state: Tensor) {
    let made = call([x, state, lengths], outputs: 2)
    return (made[0]!, made[1]!)
  }
}

/// A simple recurrent network, as `torch.nn.RNN`, with its initial weights.
///
///     h = tanh(W_ih x + b_ih + W_hh h' + b_hh)
///
/// `forward` gives the states of all steps, so that it fits into a `Sequential`; a call with a state gives the last ones too:
///
///     let (y, h) = rnn(x, state: nil)
public final class RNN: RecurrentLayer {
  /// What becomes of the sums.
  public enum Nonlinearity: Int, Sendable {
    /// tanh x
    case tanh
    /// max(x, 0)
    case relu
  }

  /// A network with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
    batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "rnn", inputs, hidden, layers: layers, bias: bias, batchFirst: batchFirst, dropout: dropout,
      bidirectional: bidirectional, own: ["nonlinearity": Double(nonlinearity.rawValue)], dtype: dtype,
      generator: generator)
  }

  /// All steps' states of the last layer, and the last state of every layer and direction.
  ///
  /// - Parameters:
  ///   - x: [steps, batch, inputs], [batch, steps, inputs] where `batchFirst`, or [steps, inputs].
  ///   - state: what each layer and direction begins with: [layers · directions, batch, hidden]; nil: zeros.
  ///   - lengths: int64 [batch]: how many steps of each sequence count; nil: all. As a packed sequence of PyTorch's; the
  ///     output is 0 behind the ends.
  public func callAsFunction(_ x: Tensor, state: Tensor?, lengths: Tensor? = nil) -> (
    output: Tensor, state: Tensor
  ) { run(x, state, lengths) }
}

/// Gated recurrent units, as `torch.nn.GRU`, with its initial weights: Cho et al. 2014, arXiv:1406.1078.
///
///     r = σ(W_ir x + b_ir + W_hr h' + b_hr),  z likewise
///     n = tanh(W_in x + b_in + r (W_hn h' + b_hn))
///     h = (1 - z) n + z h'
///
/// `forward` gives the states of all steps, so that it fits into a `Sequential`; a call with a state gives the last ones too:
///
///     let (y, h) = gru(x, state: nil)
public final class GRU: RecurrentLayer {
  /// A network with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, dtype: DType = .float32, generator: Generator = .default
  ) {
    super.init(
      "gru", inputs, hidden, layers: layers, bias: bias, batchFirst: batchFirst, dropout: dropout,
      bidirectional: bidirectional, own: [:], dtype: dtype, generator: generator)
  }

  /// All steps' states of the last layer, and the last state of every layer and direction. The parameters are those of `RNN`.
  public func callAsFunction(_ x: Tensor, state: Tensor?, lengths: Tensor? = nil) -> (
    output: Tensor, state: Tensor
  ) { run(x, state, lengths) }
}

/// Long short-term memory, as `torch.nn.LSTM`, with its initial weights: Hochreiter and Schmidhuber 1997; with projections
/// Sak et al. 2014, arXiv:1402.1128.
///
///     i, f, o = σ(W_i x + b_i + W_h h' + b_h),  g = tanh of the same
///     c = f c' + i g
///     h = o tanh(c)
///
/// `forward` gives the states of all steps, so that it fits into a `Sequential`; a call with a state gives the last ones too:
///
///     let (y, (h, c)) = lstm(x, state: (h0, c0))
public final class LSTM: RecurrentLayer {
  /// A network with weights from U(-1/√hidden, 1/√hidden), PyTorch's default and order.
  ///
  /// - Parameter projection: the numbers that a state is projected to, fewer than `hidden`; nil: there is no projection.
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, projection: Int? = nil, dtype: DType = .float32,
    generator: Generator = .default
  ) {
    super.init(
      "lstm", inputs, hidden, layers: layers, bias: bias, batchFirst: batchFirst, dropout: dropout,
      bidirectional: bidirectional,
      own: ["proj_size": option("projection", projection.map(Double.init), blank: 0)], dtype: dtype,
      generator: generator)
  }

  /// All steps' states of the last layer, and the last states and cells of every layer and direction.
  ///
  /// - Parameters:
  ///   - x: [steps, batch, inputs], [batch, steps, inputs] where `batchFirst`, or [steps, inputs].
  ///   - state: what each layer and direction begins with: states of [layers · directions, batch, hidden or projection],
  ///     cells of [layers · directions, batch, hidden]; nil: zeros.
  ///   - lengths: int64 [batch]: how many steps of each sequence count; nil: all. As a packed sequence of PyTorch's; the
  ///     output is 0 behind the ends.
  public func callAsFunction(_ x: Tensor, state: (h: Tensor, c: Tensor)?, lengths: Tensor? = nil) -> (
    output: Tensor, state: (h: Tensor, c: Tensor)
  ) {
    let made = call([x, state?.h, state?.c, lengths], outputs: 3)
    return (made[0]!, (made[1]!, made[2]!))
  }
}
