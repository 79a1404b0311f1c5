import CDescent
import Testing

/// Counts and sums of metrics against the same written out.
@Suite struct MetricSumTests {
  typealias T = TensorHandle

  private func topK(_ outputs: T, _ targets: T, _ k: Int) -> Int64 {
    var correct: Int64 = 0
    #expect(dsc_count_top_k(outputs.handle, targets.handle, k, &correct) == DSC_OK, "\(T.lastError)")
    return correct
  }

  /// Ties in a row go to the first; NaN is never right, and no larger than what is.
  @Test(arguments: [DSC_FLOAT32, DSC_FLOAT64]) func topKCounts(_ dtype: dsc_dtype) {
    let outputs = T([3, 1, 2, 1, 1, 1, .nan, 0, -1, 2, 2, 5], [4, 3], dtype)
    let targets = T([2, 1, 1, 0], [4], DSC_INT64)
    #expect((1...4).map { topK(outputs, targets, $0) } == [1, 4, 4, 4])
    #expect(topK(outputs, T([0, 0, 0, 2], [4], DSC_INT64), 3) == 3)
    // A row of its own, and no rows.
    #expect(topK(T([1, 5], [2], dtype), T([1], [], DSC_INT64), 1) == 1)
    #expect(topK(T([], [0, 3], dtype), T([], [0], DSC_INT64), 1) == 0)
  }

  @Test func confusionCounts() throws {
    let turned = T([1, 0, 1, 1, 0, 1, 0, 0], [2, 4])
    let outputs = try T.from { dsc_transpose(turned.handle, 0, 1, $0) }
    let targets = T([0, 1, 1, 0], [4], DSC_INT64)
    var counts: [Int64] = [10, 0, 0, 0]
    #expect(dsc_count_confusion(outputs.handle, targets.handle, 2, &counts) == DSC_OK, "\(T.lastError)")
    #expect(counts == [12, 0, 1, 1])
    // A target outside the classes counts for nothing, nor do those before it.
    let before = counts
    let bad = T([0, 1, 1, 2], [4], DSC_INT64)
    #expect(dsc_count_confusion(outputs.handle, bad.handle, 2, &counts) == DSC_ERROR_CLASS)
    #expect(counts == before && T.lastError.contains("target 2 of sample 3"))
  }

  @Test(arguments: [0, 1e6]) func rSquared(_ offset: Double) {
    let y = exactNumbers(300, step: 1).map { $0 + offset }
    let x = zip(y, exactNumbers(300, step: 2)).map { $0 + $1 / 8 }
    var (parts, merged, whole) = (dsc_r_squared(), dsc_r_squared(), dsc_r_squared())
    #expect(dsc_r_squared_value(&whole).isNaN)
    for start in stride(from: 0, to: 300, by: 70) {
      let range = start..<min(start + 70, 300)
      let (some, right) = (T(Array(x[range]), [range.count]), T(Array(y[range]), [range.count]))
      var one = dsc_r_squared()
      #expect(dsc_r_squared_add(some.handle, right.handle, &one) == DSC_OK)
      #expect(dsc_r_squared_add(some.handle, right.handle, &parts) == DSC_OK)
      #expect(dsc_r_squared_merge(&one, &merged) == DSC_OK)
    }
    let (all, right) = (T(x, [30, 10]), T(y, [30, 10]))
    #expect(dsc_r_squared_add(all.handle, right.handle, &whole) == DSC_OK)
    let mean = y.reduce(0, +) / 300
    let spread = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let residual = zip(x, y).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
    for sums in [parts, merged, whole] {
      #expect(sums.count == 300 && abs(sums.mean - mean) <= 1e-14 * max(1, mean))
      #expect(abs(sums.spread - spread) <= 1e-9 * spread && abs(sums.residual - residual) <= 1e-9 * residual)
      var sums = sums
      #expect(abs(dsc_r_squared_value(&sums) - (1 - residual / spread)) < 1e-9)
    }
    // Targets that are all the same have no spread at all.
    let same = T([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [6])
    var flat = dsc_r_squared()
    #expect(dsc_r_squared_add(same.handle, same.handle, &flat) == DSC_OK)
    #expect(flat.spread == 0 && dsc_r_squared_value(&flat).isNaN)
  }
}
