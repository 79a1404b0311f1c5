import CDescent

/// Subtracts the mean of each number of a sample, and divides by its standard deviation, as scikit-learn's
/// `StandardScaler`: (x - mean) / scale.
///
/// The variance is divided by the number of samples. A number that is constant, but for rounding, has the scale 1.
public final class StandardScaler: Scaler {
  /// Whether means are subtracted, and deviations divided by.
  public let centers: Bool, scales: Bool
  private let divisor: Buffer

  /// A scaler for samples of a shape, not fitted yet.
  ///
  /// - Parameters:
  ///   - centers: whether means are subtracted.
  ///   - scales: whether standard deviations are divided by.
  public init(shape: Shape, centers: Bool = true, scales: Bool = true) {
    (self.centers, self.scales) = (centers, scales)
    divisor = Buffer(.ones(shape, dtype: .float64))
    super.init(shape)
  }

  /// A scaler for samples of so many features, not fitted yet.
  public convenience init(_ features: Int, centers: Bool = true, scales: Bool = true) {
    self.init(shape: [features], centers: centers, scales: scales)
  }

  /// A scaler fitted to the rows of a tensor.
  ///
  /// - Throws: as `fit`.
  public convenience init(
    fitting x: Tensor, centers: Bool = true, scales: Bool = true
  ) throws(DescentError) {
    self.init(shape: Shape(x.shape.dropFirst()), centers: centers, scales: scales)
    try fit(x)
  }

  /// A scaler fitted to a data set, which is read a batch at a time.
  ///
  /// - Throws: as `fit`.
  public convenience init(
    fitting data: some Dataset, of part: KeyPath<Batch, Tensor> = \.inputs, batchSize: Int = 1024,
    centers: Bool = true, scales: Bool = true
  ) throws(DescentError) {
    try self.init(shape: data.sampleShape(of: part), centers: centers, scales: scales)
    try fit(data, of: part, batchSize: batchSize)
  }

  /// The means.
  public var mean: Tensor { firstStatistic }
  /// The variances, divided by the number of samples.
  public var variance: Tensor { secondStatistic }
  /// What is divided by.
  public var scale: Tensor { divisor.tensor }

  override var statisticsNames: (String, String) { ("mean", "variance") }
  override var derived: [(name: String, buffer: Tensor)] { [("scale", scale)] }

  override func add(_ x: Tensor, to statistics: inout Statistics) -> dsc_status {
    x.withUnsafeBytes {
      dsc_moments_add(
        x.dtype.c, x.shape[0], statistics.first.count, $0.baseAddress, &statistics.count, &statistics.first,
        &statistics.second)
    }
  }

  override func derive(from statistics: Statistics) {
    var scales = [Double](repeating: 1, count: statistics.first.count)
    require(
      dsc_moments_scale(scales.count, statistics.count, statistics.first, statistics.second, &scales))
    scale.copy(from: Tensor(scales, shape: sampleShape))
  }

  override func scaled(_ x: Tensor) -> Tensor {
    let centered = centers ? x - mean.to(.float64) : x
    return scales ? centered / scale.to(.float64) : centered
  }

  override func unscaled(_ x: Tensor) -> Tensor {
    let wide = scales ? x * scale.to(.float64) : x
    return centers ? wide + mean.to(.float64) : wide
  }
}

extension Dataset {
  /// The shape of one sample's part.
  func sampleShape(of part: KeyPath<Batch, Tensor>) throws(DescentError) -> Shape {
    guard count > 0 else {
      throw DescentError(.invalidArgument, "there are no samples to fit a scaler to")
    }
    return try Shape(batch([0])[keyPath: part].shape.dropFirst())
  }
}
