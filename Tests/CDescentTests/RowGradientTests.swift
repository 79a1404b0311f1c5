import CDescent
import Testing

/// Gradients that leaves keep as rows: from sparse embeddings, and set.
@Suite struct RowGradientTests {
  typealias T = TensorHandle

  private static func lookUp(_ weight: T, _ indices: [Double], padding: Int64 = Int64(DSC_NO_PADDING)) throws
    -> T
  {
    let list = T(indices, [indices.count], DSC_INT64)
    var options = dsc_embedding_options(padding: padding, scale_by_frequency: false, sparse: true)
    return try withExtendedLifetime((weight, list)) {
      try T.from { dsc_embedding(weight.handle, list.handle, &options, $0) }
    }
  }

  private static func rows(_ leaf: T) -> (rows: [Double], values: [Double])? {
    var (rows, values): (OpaquePointer?, OpaquePointer?)
    #expect(withExtendedLifetime(leaf) { dsc_tensor_row_gradient(leaf.handle, &rows, &values) } == DSC_OK)
    guard let rows, let values else { return nil }
    return (T(owning: rows).numbers, T(owning: values).numbers)
  }

  private static func weight() -> T {
    T([Double](repeating: 1, count: 8), [4, 2], requiresGrad: true)
  }

  @Test func passesAddUp() throws {
    let leaf = Self.weight()
    let y = try Self.lookUp(leaf, [3, 1, 3], padding: 0)
    let upstream = T([1, 2, 3, 4, 5, 6], [3, 2])
    #expect(y.backward(upstream) == DSC_OK)
    let first = try #require(Self.rows(leaf))
    #expect(first.rows == [1, 3] && first.values == [3, 4, 6, 8])
    let again = try Self.lookUp(leaf, [0, 2, 1], padding: 0)
    #expect(again.backward(upstream) == DSC_OK)
    let both = try #require(Self.rows(leaf))
    #expect(both.rows == [1, 2, 3] && both.values == [8, 10, 3, 4, 6, 8])
    // Asked for as a whole, it is dense from then on.
    #expect(leaf.grad?.numbers == [0, 0, 8, 10, 3, 4, 6, 8] && Self.rows(leaf) == nil)
    #expect(y.backward(upstream) == DSC_OK)
    #expect(leaf.grad?.numbers == [0, 0, 11, 14, 3, 4, 12, 16] && Self.rows(leaf) == nil)
  }

  @Test func aDenseGradientMakesItDense() throws {
    let leaf = Self.weight()
    let y = try Self.lookUp(leaf, [2])
    #expect(y.backward(T([1, 2], [1, 2])) == DSC_OK)
    let sum = try T.from { dsc_sum(leaf.handle, 0, nil, false, $0) }
    #expect(sum.backward() == DSC_OK)
    #expect(Self.rows(leaf) == nil && leaf.grad?.numbers == [1, 1, 1, 1, 2, 3, 1, 1])
    #expect(dsc_tensor_set_grad(leaf.handle, nil) == DSC_OK)
    #expect(!dsc_tensor_has_grad(leaf.handle))
  }

  @Test func stepsTouchTheRowsAlone() throws {
    let leaf = Self.weight()
    var parameters: OpaquePointer?
    var optimizer: OpaquePointer?
    let leaves: [OpaquePointer?] = [leaf.handle]
    #expect(dsc_parameters_create(nil, 1, leaves, &parameters) == DSC_OK)
    defer { dsc_parameters_destroy(parameters) }
    #expect(dsc_optimizer_create(leaf.dtype, 1, [8], nil, &optimizer) == DSC_OK)
    defer { dsc_optimizer_destroy(optimizer) }
    #expect(dsc_optimizer_set_shape(optimizer, 0, 2, [4, 2]) == DSC_OK)
    #expect(dsc_optimizer_add_group(optimizer, "sgd", 1, nil, 0, nil, nil) == DSC_OK)
    let y = try Self.lookUp(leaf, [2, 2])
    #expect(y.backward(T([100, 200, 300, 400], [2, 2])) == DSC_OK)
    var report = dsc_step_report()
    #expect(dsc_parameters_step(parameters, optimizer, nil, &report) == DSC_OK, "\(T.lastError)")
    #expect(report.updated == 2 && leaf.numbers[0..<4] == [1, 1, 1, 1] && leaf.numbers[4] < 1)
    dsc_parameters_zero_grad(parameters)
    #expect(Self.rows(leaf) == nil && !dsc_tensor_has_grad(leaf.handle))
  }

  @Test func clippingCountsAndScalesTheRows() throws {
    let (leaf, other) = (Self.weight(), T([1, 1], [2], requiresGrad: true))
    let y = try Self.lookUp(leaf, [3, 1, 3])
    #expect(y.backward(T([1, 2, 3, 4, 2, 2], [3, 2])) == DSC_OK)
    let sum = try T.from { dsc_sum(other.handle, 0, nil, false, $0) }
    #expect(sum.backward() == DSC_OK)
    let leaves: [OpaquePointer?] = [leaf.handle, other.handle]
    var norm = 0.0
    try withExtendedLifetime((leaf, other)) {
      #expect(dsc_clip_grad_norm(2, leaves, 1, .infinity, &norm) == DSC_OK)
      let clipped = try #require(Self.rows(leaf))
      let scale = 1 / (4 + 1e-6)
      #expect(norm == 4 && clipped.rows == [1, 3])
      #expect(clipped.values == [3, 4, 3, 4].map { $0 * scale })
      #expect(dsc_clip_grad_value(2, leaves, 0.9) == DSC_OK)
      #expect(Self.rows(leaf)?.values == [3 * scale, 0.9, 3 * scale, 0.9])
      #expect(other.grad?.numbers == [scale, scale])
    }
  }
}
