import CDescent

/// Initial numbers for parameters, as `torch.nn.init` draws them: the same seed gives the same ones.
///
///     Initializer.kaimingNormal()(layer.weight)
public struct Initializer: Sendable {
  /// What weights are scaled for: the function behind them.
  public enum Nonlinearity: Sendable {
    /// None, as behind convolutions and linear layers.
    case linear
    /// `sigmoid()`
    case sigmoid
    /// `tanh()`
    case tanh
    /// `relu()`
    case relu
    /// `leakyReLU(slope:)`
    case leakyReLU(slope: Double)
    /// `selu()`
    case selu

    /// What the deviation is multiplied by, for the variance to stay. As `torch.nn.init.calculate_gain`.
    public var gain: Double { dsc_gain(c.kind, c.slope) }

    fileprivate var c: (kind: dsc_nonlinearity, slope: Double) {
      switch self {
      case .linear: (DSC_GAIN_LINEAR, 0)
      case .sigmoid: (DSC_GAIN_SIGMOID, 0)
      case .tanh: (DSC_GAIN_TANH, 0)
      case .relu: (DSC_GAIN_RELU, 0)
      case .leakyReLU(let slope): (DSC_GAIN_LEAKY_RELU, slope)
      case .selu: (DSC_GAIN_SELU, 0)
      }
    }
  }

  /// Whose variance is kept.
  public enum Fan: Sendable {
    /// The outputs': by the numbers that make up one of them.
    case fanIn
    /// The gradients': by those that one input goes into.
    case fanOut

    fileprivate var c: dsc_fan { self == .fanIn ? DSC_FAN_IN : DSC_FAN_OUT }
  }

  private let body: @Sendable (OpaquePointer, UnsafeMutablePointer<dsc_random>) -> dsc_status

  /// Changes a tensor's numbers; nothing is recorded.
  ///
  /// - Precondition: it is float32 or float64, and of a shape that the initializer takes.
  public func callAsFunction(_ tensor: Tensor, generator: Generator = .default) {
    require(withExtendedLifetime(tensor) { generator.withState { body(tensor.handle, &$0) } })
  }

  /// The same number everywhere.
  public static func constant(_ value: Double) -> Self {
    Self { tensor, _ in dsc_tensor_fill(tensor, value) }
  }

  /// U[low, high)
  public static func uniform(_ low: Double = 0, _ high: Double = 1) -> Self {
    Self { dsc_initialize_uniform($0, $1, low, high) }
  }

  /// N(mean, deviation²)
  public static func normal(mean: Double = 0, deviation: Double = 1) -> Self {
    Self { dsc_initialize_normal($0, $1, mean, deviation) }
  }

  /// N(mean, deviation²) within `low` to `high`.
  public static func truncatedNormal(
    mean: Double = 0, deviation: Double = 1, low: Double = -2, high: Double = 2
  ) -> Self {
    Self { dsc_initialize_trunc_normal($0, $1, mean, deviation, low, high) }
  }

  /// Uniform numbers of deviation gain √(2 / (fan in + fan out)); Glorot and Bengio 2010.
  public static func xavierUniform(gain: Double = 1) -> Self {
    Self { dsc_initialize_xavier_uniform($0, $1, gain) }
  }

  /// Normal ones of that deviation.
  public static func xavierNormal(gain: Double = 1) -> Self {
    Self { dsc_initialize_xavier_normal($0, $1, gain) }
  }

  /// Uniform numbers of deviation gain / √fan; He et al. 2015.
  public static func kaimingUniform(
    _ nonlinearity: Nonlinearity = .leakyReLU(slope: 0), fan: Fan = .fanIn
  ) -> Self {
    Self { dsc_initialize_kaiming_uniform($0, $1, nonlinearity.c.slope, fan.c, nonlinearity.c.kind) }
  }

  /// Normal ones of that deviation.
  public static func kaimingNormal(
    _ nonlinearity: Nonlinearity = .leakyReLU(slope: 0), fan: Fan = .fanIn
  ) -> Self {
    Self { dsc_initialize_kaiming_normal($0, $1, nonlinearity.c.slope, fan.c, nonlinearity.c.kind) }
  }

  /// `gain` times a matrix with orthonormal rows or columns, whichever are fewer; Saxe et al. 2014.
  public static func orthogonal(gain: Double = 1) -> Self {
    Self { dsc_initialize_orthogonal($0, $1, gain) }
  }

  /// N(0, deviation²), with a share of every column's numbers zeroed.
  public static func sparse(_ sparsity: Double, deviation: Double = 0.01) -> Self {
    Self { dsc_initialize_sparse($0, $1, sparsity, deviation) }
  }

  /// 1 on a matrix's diagonal.
  public static var eye: Self { Self { tensor, _ in dsc_initialize_eye(tensor) } }

  /// What makes a convolution hand on its input's channels.
  public static func dirac(groups: Int = 1) -> Self {
    Self { tensor, _ in dsc_initialize_dirac(tensor, max(groups, 0)) }
  }
}
