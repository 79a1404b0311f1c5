import CDescent

/// Takes the least of each number of a sample to one end of a range and the largest to the other, as scikit-learn's
/// `MinMaxScaler`: x * scale + offset.
///
/// A number that is constant goes to the lower end.
public final class MinMaxScaler: Scaler {
  /// Where the training data goes.
  public let range: ClosedRange<Double>
  /// Whether other data that would go beyond the range is held at its ends.
  public let clips: Bool
  private let factor: Buffer
  private let shift: Buffer

  /// A scaler for samples of a shape, not fitted yet.
  ///
  /// - Throws: `DescentError` for a range without width, or with ends that are not finite.
  public init(shape: Shape, range: ClosedRange<Double> = 0...1, clips: Bool = false) throws(DescentError) {
    // What cannot be fitted later is refused now.
    try check(
      dsc_ranges_scale(0, range.lowerBound, range.upperBound, nil, nil, nil, nil))
    (self.range, self.clips) = (range, clips)
    (factor, shift) = (Buffer(.ones(shape, dtype: .float64)), Buffer(.zeros(shape, dtype: .float64)))
    super.init(shape)
  }

  /// A scaler for samples of so many features, not fitted yet.
  ///
  /// - Throws: as for a shape.
  public convenience init(
    _ features: Int, range: ClosedRange<Double> = 0...1, clips: Bool = false
  ) throws(DescentError) {
    try self.init(shape: [features], range: range, clips: clips)
  }

  /// A scaler fitted to the rows of a tensor.
  ///
  /// - Throws: as for a shape, and as `fit`.
  public convenience init(
    fitting x: Tensor, range: ClosedRange<Double> = 0...1, clips: Bool = false
  ) throws(DescentError) {
    try self.init(shape: Shape(x.shape.dropFirst()), range: range, clips: clips)
    try fit(x)
  }

  /// A scaler fitted to a data set, which is read a batch at a time.
  ///
  /// - Throws: as for a shape, and as `fit`.
  public convenience init(
    fitting data: some Dataset, of part: KeyPath<Batch, Tensor> = \.inputs, batchSize: Int = 1024,
    range: ClosedRange<Double> = 0...1, clips: Bool = false
  ) throws(DescentError) {
    try self.init(shape: data.sampleShape(of: part), range: range, clips: clips)
    try fit(data, of: part, batchSize: batchSize)
  }

  /// The least numbers.
  public var least: Tensor { firstStatistic }
  /// The largest.
  public var largest: Tensor { secondStatistic }
  /// What numbers are multiplied by.
  public var scale: Tensor { factor.tensor }
  /// What is added then.
  public var offset: Tensor { shift.tensor }

  override var statisticsNames: (String, String) { ("least", "largest") }
  override var derived: [(name: String, buffer: Tensor)] { [("scale", scale), ("offset", offset)] }

  override func add(_ x: Tensor, to statistics: inout Statistics) -> dsc_status {
    x.withUnsafeBytes {
      dsc_ranges_add(
        x.dtype.c, x.shape[0], statistics.first.count, $0.baseAddress, &statistics.count, &statistics.first,
        &statistics.second)
    }
  }

  override func derive(from statistics: Statistics) {
    var (scales, offsets) = (statistics.first, statistics.first)
    require(
      dsc_ranges_scale(
        scales.count, range.lowerBound, range.upperBound, statistics.first, statistics.second, &scales,
        &offsets))
    scale.copy(from: Tensor(scales, shape: sampleShape))
    offset.copy(from: Tensor(offsets, shape: sampleShape))
  }

  override func scaled(_ x: Tensor) -> Tensor {
    let moved = x * scale.to(.float64) + offset.to(.float64)
    return clips ? moved.clamped(range.lowerBound, range.upperBound) : moved
  }

  override func unscaled(_ x: Tensor) -> Tensor { (x - offset.to(.float64)) / scale.to(.float64) }
}
