import CDescent

/// Brings numbers to a common scale, by statistics of training data: the parent of `StandardScaler` and `MinMaxScaler`, whose
/// semantics are scikit-learn's.
///
/// A scaler is a module: as a part of a model it scales what is predicted as what was trained on, and its statistics are saved
/// and loaded with the model. `inverse` is one that scales back, for targets:
///
///     let scaler = try StandardScaler(fitting: training)
///     let targets = try StandardScaler(fitting: training, of: \.targets)
///     let model = Sequential([scaler, Linear(5, 64), ReLU(), Linear(64, 1), targets.inverse])
///
/// Each number of a sample has statistics of its own, in float64, and is scaled in float64; the result has the input's type.
/// Until it is fitted, a scaler changes nothing. A new one that is to load saved statistics is made for the same shape.
public class Scaler: Module {
  /// The shape of a sample.
  public let sampleShape: Shape
  /// How many samples the statistics are of.
  private let samples = Buffer(Tensor([Int64(0)], shape: []))
  private let first: Buffer
  private let second: Buffer

  init(_ shape: Shape) {
    sampleShape = shape
    (first, second) = (Buffer(.zeros(shape, dtype: .float64)), Buffer(.zeros(shape, dtype: .float64)))
    super.init()
  }

  /// Statistics of every number of a sample.
  struct Statistics {
    var count: Int64 = 0
    var first: [Double]
    var second: [Double]
  }

  // MARK: For the kinds

  /// What the two statistics are called in files.
  var statisticsNames: (String, String) { stop("\(type(of: self)) names no statistics") }
  /// What is computed from them.
  var derived: [(name: String, buffer: Tensor)] { [] }
  /// Adds rows to the statistics, or refuses them.
  func add(_ x: Tensor, to statistics: inout Statistics) -> dsc_status {
    stop("\(type(of: self)) adds no rows")
  }
  /// Computes what `derived` has.
  func derive(from statistics: Statistics) {}
  /// Scales numbers of float64.
  func scaled(_ x: Tensor) -> Tensor { x }
  /// Scales them back.
  func unscaled(_ x: Tensor) -> Tensor { x }

  var firstStatistic: Tensor { first.tensor }
  var secondStatistic: Tensor { second.tensor }

  // MARK: Fitting

  /// How many samples it was fitted to.
  public var sampleCount: Int { Int(samples.tensor.item()) }

  /// Forgets its statistics, and takes those of the rows of a tensor.
  ///
  /// - Throws: `DescentError` for numbers that are not finite, for other shapes than the scaler's, and for no rows. The scaler is
  ///   as before then.
  public func fit(_ x: Tensor) throws(DescentError) {
    try fit { add throws(DescentError) in try add(x) }
  }

  /// Forgets its statistics, and takes those of a data set, which is read a batch at a time: it need not fit into memory.
  ///
  /// - Parameter part: which of a batch's tensors.
  /// - Throws: as for a tensor, and what the data set throws.
  public func fit(
    _ data: some Dataset, of part: KeyPath<Batch, Tensor> = \.inputs, batchSize: Int = 1024
  ) throws(DescentError) {
    guard batchSize >= 1 else {
      throw DescentError(.invalidArgument, "batch size is \(batchSize), must be at least 1")
    }
    try fit { add throws(DescentError) in
      try data.visit(batchSize: batchSize) { batch throws(DescentError) in try add(batch[keyPath: part]) }
    }
  }

  private func fit(
    _ body: (_ add: (Tensor) throws(DescentError) -> Void) throws(DescentError) -> Void
  ) throws(DescentError) {
    var statistics = Statistics(
      first: [Double](repeating: 0, count: sampleShape.elementCount),
      second: [Double](repeating: 0, count: sampleShape.elementCount))
    try body { x throws(DescentError) in try update(&statistics, x) }
    guard statistics.count > 0 else {
      throw DescentError(.invalidArgument, "there are no samples to fit a scaler to")
    }
    keep(statistics)
  }

  /// Adds the rows of a tensor to what the statistics are of, as scikit-learn's `partial_fit`.
  ///
  /// - Throws: as `fit`.
  public func update(_ x: Tensor) throws(DescentError) {
    var statistics = Statistics(
      count: Int64(sampleCount), first: first.tensor.doubles, second: second.tensor.doubles)
    try update(&statistics, x)
    keep(statistics)
  }

  private func update(_ statistics: inout Statistics, _ x: Tensor) throws(DescentError) {
    guard x.rank == sampleShape.rank + 1, Shape(x.shape.dropFirst()) == sampleShape else {
      throw DescentError(
        .mismatch, "a scaler for samples of shape \(sampleShape) is fitted to a tensor of shape \(x.shape)")
    }
    let rows = x.detached()
    try check(add(rows.dtype == .float32 ? rows : rows.to(.float64), to: &statistics))
  }

  private func keep(_ statistics: Statistics) {
    samples.tensor.copy(from: Tensor([statistics.count], shape: []))
    first.tensor.copy(from: Tensor(statistics.first, shape: sampleShape))
    second.tensor.copy(from: Tensor(statistics.second, shape: sampleShape))
    derive(from: statistics)
  }

  // MARK: Scaling

  /// Scales samples, one a row. Gradients go through.
  public final func transform(_ x: Tensor) -> Tensor { inFloat64(x, scaled) }

  /// Scales back what was scaled.
  public final func inverseTransform(_ x: Tensor) -> Tensor { inFloat64(x, unscaled) }

  /// A module that scales back: at the end of a model, whose layers then work on scaled targets while its output and loss are
  /// in the targets' own units.
  public var inverse: InverseScaler { InverseScaler(self) }

  private func inFloat64(_ x: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let type: DType = x.dtype == .float64 ? .float64 : .float32
    let places = sampleShape.rank
    let fits = x.rank >= places && Shape(x.shape.suffix(places)) == sampleShape
    // Else one number would be taken for all of a sample's. The reshape is refused, and says both shapes.
    let rows = fits ? x : x.reshaped(Shape(Array(x.shape.dropLast(places)) + Array(sampleShape)))
    return body(rows.to(.float64)).to(type)
  }

  /// Scales samples.
  public override func forward(_ x: Tensor) -> Tensor { transform(x) }

  /// The statistics.
  public override var members: [(name: String, member: Member)] {
    let (first, second) = statisticsNames
    return [
      ("samples", .buffer(samples.tensor)), (first, .buffer(self.first.tensor)),
      (second, .buffer(self.second.tensor)),
    ] + derived.map { ($0.name, .buffer($0.buffer)) }
  }

  override var summaryOfOptions: String { "\(sampleShape)" }
}

/// Scales back what a scaler scaled: `scaler.inverse`.
public final class InverseScaler: Module {
  /// The scaler.
  public let scaler: Scaler

  fileprivate init(_ scaler: Scaler) { self.scaler = scaler }

  /// Scales back.
  public override func forward(_ x: Tensor) -> Tensor { scaler.inverseTransform(x) }
}
