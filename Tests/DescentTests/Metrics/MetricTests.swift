import Descent
import Testing

/// Metrics over batches against the same written out over all samples.
@Suite struct MetricTests {
  /// Over batches, and over all at once.
  private func both<M: Metric>(_ make: () -> M, _ x: Tensor, _ y: Tensor) -> (Double, Double) {
    var (parts, whole) = (make(), make())
    for start in stride(from: 0, to: x.shape[0], by: 4) {
      let end = min(start + 4, x.shape[0])
      let targets =
        y.dtype == .int64
        ? Tensor(Array(y.scalars(as: Int64.self)[start..<end]), shape: [end - start]) : y[rows: start..<end]
      parts.update(x[rows: start..<end], targets)
    }
    whole.update(x, y)
    #expect(abs(parts.value - whole.value) < 1e-14)
    var emptied = parts
    emptied.reset()
    #expect(emptied.value.isNaN)
    return (parts.value, whole.value)
  }

  private let scores = Tensor(exactNumbers(30), shape: [10, 3], dtype: .float64)
  private let labels = Tensor(classes: [0, 1, 2, 2, 1, 0, 0, 1, 2, 1])

  @Test func classification() {
    let predicted = scores.argmax().scalars(as: Int64.self)
    let right = zip(predicted, labels.scalars(as: Int64.self)).count { $0 == $1 }
    #expect(both(Accuracy.init, scores, labels).0 == Double(right) / 10)
    #expect(both({ TopKAccuracy(k: 3) }, scores, labels).0 == 1)
    let second = both({ TopKAccuracy(k: 2) }, scores, labels).0
    #expect(second >= Double(right) / 10 && second < 1)
    #expect(both({ ConfusionMatrix(classes: 3) }, scores, labels).0 == Double(right) / 10)
    let perplexity = both({ Perplexity() }, scores, labels).0
    #expect(
      abs(Tensor([perplexity], dtype: .float64).log().item() - CrossEntropyLoss()(scores, labels).item())
        < 1e-12)
  }

  @Test func confusion() {
    var matrix = ConfusionMatrix(classes: 2)
    matrix.update(Tensor([1, 0, 1, 0, 0, 1, 1, 0], shape: [4, 2]), Tensor(classes: [0, 1, 1, 0]))
    #expect(matrix.counts == [[2, 0], [1, 1]])
    #expect(matrix.precision(0) == 2.0 / 3 && matrix.recall(1) == 0.5)
  }

  @Test func tiesGoToTheFirst() {
    var top = TopKAccuracy(k: 1)
    top.update(Tensor([1, 1, 1], shape: [1, 3]), Tensor(classes: [0]))
    top.update(Tensor([1, 1, 1], shape: [1, 3]), Tensor(classes: [1]))
    #expect(top.value == 0.5)
  }

  @Test func regression() {
    let (x, y) = (
      Tensor(exactNumbers(10), dtype: .float64), Tensor(exactNumbers(10, step: 1), dtype: .float64)
    )
    let errors = zip(x.doubles, y.doubles).map { abs($0 - $1) }
    #expect(abs(both(MeanAbsoluteError.init, x, y).0 - errors.reduce(0, +) / 10) < 1e-15)
    let mean = y.doubles.reduce(0, +) / 10
    let spread = y.doubles.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    #expect(abs(both(RSquared.init, x, y).0 - (1 - errors.map { $0 * $0 }.reduce(0, +) / spread)) < 1e-12)
    var exact = RSquared()
    exact.update(y, y)
    #expect(exact.value == 1)
  }

  /// Of scaled numbers the same as of those that they were made from.
  @Test func scaledBack() throws {
    let x = Tensor(exactNumbers(10), shape: [10, 1], dtype: .float64)
    let y = Tensor(exactNumbers(10, step: 1), shape: [10, 1], dtype: .float64)
    let scaler = try StandardScaler(fitting: y * 100 + 2000)
    for metric in [MeanAbsoluteError(), RootMeanSquaredError(), RSquared()] as [any Metric] {
      var own = metric
      own.update(x * 100 + 2000, y * 100 + 2000)
      var scaled = ScaledBack(metric, by: scaler)
      scaled.update(scaler.transform(x * 100 + 2000), scaler.transform(y * 100 + 2000))
      #expect(abs(scaled.value - own.value) < 1e-12 * abs(own.value))
      #expect(scaled.name == metric.name && scaled.isBetterHigher == metric.isBetterHigher)
      var loaded = ScaledBack(metric, by: scaler)
      let sums = scaled.sums
      #expect(loaded.load(sums) && loaded.value == scaled.value)
      scaled.reset()
      #expect(scaled.value.isNaN)
    }
  }
}
