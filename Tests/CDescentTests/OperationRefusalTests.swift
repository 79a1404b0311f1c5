import CDescent
import Testing

/// What operations refuse: with the right status and a sentence that names the operation; nothing is written.
@Suite struct OperationRefusalTests {
  typealias T = TensorHandle

  /// The operation in whose name another speaks.
  static let spokenFor = [
    "flatten": "reshape", "transpose": "permute", "select": "slice", "squeeze": "reshape",
    "unsqueeze": "reshape",
    "contiguous": "clone", "mean": "sum", "stack": "cat", "split": "slice", "argsort": "sort",
    "tile": "expand", "celu": "elu", "selu": "elu", "softmin": "negate",
  ]

  /// Inputs that may be missing, in the first case of an operation.
  static let optional: [String: Set<Int>] = [
    "linear": [2], "einsum": [1], "ctc_loss": [2, 3], "batch_norm": [1, 2], "layer_norm": [1, 2],
    "group_norm": [1, 2], "instance_norm": [1, 2], "rms_norm": [1], "convolution": [2],
    "convolution_transpose": [2], "rnn": [1, 4, 5], "gru": [1, 4, 5], "lstm": [1, 2, 5, 6],
  ]

  private func refused(
    _ name: String, _ status: dsc_status, _ wanted: Int, _ title: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(Int(status) == wanted, "\(title): \(status), \(T.lastError)", sourceLocation: sourceLocation)
    let plain = name.hasSuffix("_loss") ? String(name.dropLast(5)) : name
    let names = [plain, Self.spokenFor[name]].compactMap { $0 }
    #expect(
      names.contains { T.lastError.contains($0) }, "\(title): \(T.lastError)", sourceLocation: sourceLocation)
  }

  /// The first case of an operation on other inputs: results must stay as they are.
  private func call(_ name: String, _ change: (inout [OpaquePointer?], OperationCase) -> T?) -> dsc_status? {
    let test = OperationCase.all[name]!.first {
      $0.dtype == "float64" && $0.inputs.allSatisfy { $0.base == nil }
    }!
    guard let run = try? test.run(.contiguous, requiresGrad: false) else { return nil }
    var inputs: [OpaquePointer?] = run.views.map { $0.handle }
    let other = change(&inputs, test)
    let count = test.outputs.count + 1
    var results = [OpaquePointer?](repeating: nil, count: count)
    let status = withExtendedLifetime((run, other)) {
      results.withUnsafeMutableBufferPointer {
        OperationCalls.all[name]!(inputs, test.options, $0.baseAddress!)
      }
    }
    if status != DSC_OK { #expect(results.allSatisfy { $0 == nil }, "\(name) wrote a result") }
    results.forEach { dsc_tensor_release($0) }
    return status
  }

  @Test(arguments: OperationCase.names) func missingInputs(_ name: String) {
    let test = OperationCase.all[name]!.first {
      $0.dtype == "float64" && $0.inputs.allSatisfy { $0.base == nil }
    }!
    for index in test.inputs.indices {
      guard Self.optional[name]?.contains(index) != true,
        let status = call(
          name,
          { inputs, _ in
            inputs[index] = nil; return nil
          })
      else { continue }
      refused(name, status, Int(DSC_ERROR_ARGUMENT), "\(name), input \(index) NULL")
    }
  }

  /// Of any type, and of all but float16 and bfloat16.
  static let movesAnything: Set = [
    "to", "reshape", "flatten", "permute", "transpose", "slice", "slice_into_zeros", "select", "squeeze",
    "unsqueeze",
    "expand", "clone", "contiguous", "cat", "stack", "split", "gather", "index_select", "embedding", "pad",
    "flip", "tile", "tril", "triu", "where", "pixel_shuffle",
  ]
  static let takesWholeNumbers: Set = [
    "sum", "any", "all", "amax", "amin", "max", "min", "argmax", "argmin", "is_nan", "is_finite", "cumsum",
    "sort",
    "argsort", "topk", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "scatter_add",
    "index_add",
  ]

  @Test(arguments: OperationCase.names) func otherTypes(_ name: String) {
    let test = OperationCase.all[name]!.first {
      $0.dtype == "float64" && $0.inputs.allSatisfy { $0.base == nil }
    }!
    func replace(_ index: Int, _ dtype: dsc_dtype) -> dsc_status? {
      call(name) { inputs, _ in
        let shape = test.inputs[index].shape
        let other = T([Double](repeating: 1, count: shape.reduce(1, *)), shape, dtype)
        inputs[index] = other.handle
        return other
      }
    }
    for index in test.inputs.indices {
      let own = test.type(test.inputs[index].dtype)
      let reals = test.inputs.filter { test.type($0.dtype) == DSC_FLOAT64 }.count
      let takesAny = Self.movesAnything.contains(name) || Self.takesWholeNumbers.contains(name)
      if takesAny, own == DSC_FLOAT64, reals == 1 {
        #expect(replace(index, DSC_UINT8) == dsc_status(DSC_OK), "\(name) of uint8: \(T.lastError)")
      } else if let status = replace(index, DSC_UINT8) {
        refused(name, status, Int(DSC_ERROR_DTYPE), "\(name), input \(index) uint8")
      }
      if !Self.movesAnything.contains(name) || own != DSC_FLOAT64, let status = replace(index, DSC_FLOAT16) {
        refused(name, status, Int(DSC_ERROR_DTYPE), "\(name), input \(index) float16")
      }
      // Two types at once.
      if own == DSC_FLOAT64, reals > 1, let status = replace(index, DSC_FLOAT32) {
        refused(name, status, Int(DSC_ERROR_DTYPE), "\(name), input \(index) float32")
      }
    }
  }

  // MARK: Shapes, dimensions, ranges

  private struct Row: Sendable {
    var name: String
    var status: Int
    var call: @Sendable (T, OperationCalls.Results) -> dsc_status
    init(_ name: String, _ status: Int, _ call: @escaping @Sendable (T, OperationCalls.Results) -> dsc_status)
    {
      (self.name, self.status, self.call) = (name, status, call)
    }
  }

  private static let row = T([1, 2, 3], [3])
  private static let number = T(1)
  private static let wide = T([Double](repeating: 1, count: 20), [4, 5])
  private static let deep = T([1], [1, 1, 1, 1, 1, 1, 1, 1])
  private static let condition = T([1, 0], [2], DSC_BOOL)
  private static func index(_ values: [Double], _ shape: [Int]? = nil) -> T {
    T(values, shape ?? [values.count], DSC_INT64)
  }
  private static let places = index([0, 2])
  private static let beyond = index([0, 3])
  private static let negative = index([-1])
  private static let matrixBeyond = index([0, 1, 2, 3], [2, 2])

  /// x is [3, 4].
  private static let rows: [Row] =
    [
      "add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "equal", "not_equal", "less",
      "less_equal",
      "greater", "greater_equal",
    ].map { name in
      Row(name, DSC_ERROR_SIZE) { OperationCalls.all[name]!([$0.handle, row.handle], .init(), $1) }
    }
    + [
      Row("clamp", DSC_ERROR_ARGUMENT) { dsc_clamp($0.handle, .nan, 1, $1) },
      Row("where", DSC_ERROR_SIZE) { dsc_where(condition.handle, $0.handle, $0.handle, $1) },
      Row("where", DSC_ERROR_DTYPE) { dsc_where($0.handle, $0.handle, $0.handle, $1) },
      Row("to", DSC_ERROR_ARGUMENT) { dsc_to($0.handle, dsc_dtype(rawValue: 99), $1) },
      Row("reshape", DSC_ERROR_SIZE) { dsc_reshape($0.handle, 2, [5, 2], $1) },
      Row("reshape", DSC_ERROR_SIZE) { dsc_reshape($0.handle, 9, [Int](repeating: 1, count: 9), $1) },
      Row("reshape", DSC_ERROR_ARGUMENT) { dsc_reshape($0.handle, 2, nil, $1) },
      Row("reshape", DSC_ERROR_OVERFLOW) { dsc_reshape($0.handle, 2, [1 << 40, 1 << 40], $1) },
      Row("flatten", DSC_ERROR_SIZE) { dsc_flatten($0.handle, 1, 0, $1) },
      Row("flatten", DSC_ERROR_SIZE) { dsc_flatten($0.handle, 0, 2, $1) },
      Row("permute", DSC_ERROR_SIZE) { dsc_permute($0.handle, 2, [0, 0], $1) },
      Row("permute", DSC_ERROR_SIZE) { dsc_permute($0.handle, 1, [0], $1) },
      Row("transpose", DSC_ERROR_SIZE) { dsc_transpose($0.handle, 0, 2, $1) },
      Row("slice", DSC_ERROR_ARGUMENT) { dsc_slice($0.handle, 0, 0, 1, 0, $1) },
      Row("slice", DSC_ERROR_SIZE) { dsc_slice($0.handle, -3, 0, 1, 1, $1) },
      Row("slice_into_zeros", DSC_ERROR_SIZE) { dsc_slice_into_zeros($0.handle, 2, [3, 5], 1, 3, 1, $1) },
      Row("select", DSC_ERROR_SIZE) { dsc_select($0.handle, 0, 3, $1) },
      Row("select", DSC_ERROR_SIZE) { dsc_select($0.handle, 0, -4, $1) },
      Row("squeeze", DSC_ERROR_SIZE) { dsc_squeeze($0.handle, 0, $1) },
      Row("unsqueeze", DSC_ERROR_SIZE) { dsc_unsqueeze($0.handle, 3, $1) },
      Row("unsqueeze", DSC_ERROR_SIZE) { dsc_unsqueeze(deep.handle, 0, $1) },
      Row("expand", DSC_ERROR_SIZE) { dsc_expand($0.handle, 2, [3, 5], $1) },
      Row("expand", DSC_ERROR_SIZE) { dsc_expand($0.handle, 1, [4], $1) },
      Row("sum", DSC_ERROR_SIZE) { dsc_sum($0.handle, 1, [2], false, $1) },
      Row("sum", DSC_ERROR_SIZE) { dsc_sum($0.handle, 2, [0, -2], false, $1) },
      Row("sum", DSC_ERROR_ARGUMENT) { dsc_sum($0.handle, 1, nil, false, $1) },
      Row("mean", DSC_ERROR_SIZE) { dsc_mean($0.handle, 1, [-3], false, $1) },
      Row("logsumexp", DSC_ERROR_SIZE) { dsc_logsumexp($0.handle, 1, [2], false, $1) },
      Row("amax", DSC_ERROR_SIZE) { dsc_amax($0.handle, 1, [2], false, $1) },
      Row("norm", DSC_ERROR_ARGUMENT) { dsc_norm($0.handle, .nan, 0, nil, false, $1) },
      Row("var", DSC_ERROR_ARGUMENT) { dsc_var($0.handle, .infinity, 0, nil, false, $1) },
      Row("std", DSC_ERROR_ARGUMENT) { dsc_std($0.handle, .nan, 0, nil, false, $1) },
      Row("softmax", DSC_ERROR_SIZE) { dsc_softmax($0.handle, 2, $1) },
      Row("max", DSC_ERROR_SIZE) { dsc_max($0.handle, 2, false, $1, $1 + 1) },
      Row("argmax", DSC_ERROR_SIZE) { dsc_argmax($0.handle, [5], false, $1) },
      Row("matmul", DSC_ERROR_SIZE) { dsc_matmul($0.handle, $0.handle, $1) },
      Row("matmul", DSC_ERROR_SIZE) { dsc_matmul($0.handle, number.handle, $1) },
      Row("linear", DSC_ERROR_SIZE) { dsc_linear($0.handle, wide.handle, nil, DSC_ACTIVATION_NONE, $1) },
      Row("linear", DSC_ERROR_SIZE) {
        dsc_linear($0.handle, $0.handle, wide.handle, DSC_ACTIVATION_NONE, $1)
      },
      Row("linear", DSC_ERROR_ARGUMENT) {
        dsc_linear($0.handle, $0.handle, nil, dsc_activation(rawValue: 7), $1)
      },
      Row("batch_norm", DSC_ERROR_SIZE) { _, r in dsc_batch_norm(row.handle, nil, nil, nil, nil, nil, r) },
      Row("batch_norm", DSC_ERROR_SIZE) { x, r in
        dsc_batch_norm(x.handle, wide.handle, nil, nil, nil, nil, r)
      },
      Row("batch_norm", DSC_ERROR_ARGUMENT) { x, r in
        var options = dsc_batch_norm_options(training: true, momentum: 0.1, eps: 0)
        return dsc_batch_norm(x.handle, nil, nil, nil, nil, &options, r)
      },
      Row("einsum", DSC_ERROR_ARGUMENT) { dsc_einsum("...i->i", $0.handle, nil, $1) },
      Row("einsum", DSC_ERROR_ARGUMENT) { dsc_einsum("ij->k", $0.handle, nil, $1) },
      Row("einsum", DSC_ERROR_ARGUMENT) { dsc_einsum(nil, $0.handle, nil, $1) },
      Row("cat", DSC_ERROR_SIZE) { x, r in
        let both: [OpaquePointer?] = [x.handle, wide.handle]
        return dsc_cat(2, both, 0, r)
      },
      Row("cat", DSC_ERROR_SIZE) { _, r in dsc_cat(0, nil, 0, r) },
      Row("stack", DSC_ERROR_SIZE) { x, r in
        let both: [OpaquePointer?] = [x.handle, wide.handle]
        return dsc_stack(2, both, 0, r)
      },
      Row("split", DSC_ERROR_SIZE) { dsc_split($0.handle, 2, [1, 1], 0, $1) },
      Row("gather", DSC_ERROR_SIZE) { dsc_gather($0.handle, 0, matrixBeyond.handle, $1) },
      Row("gather", DSC_ERROR_SIZE) { dsc_gather($0.handle, 0, places.handle, $1) },
      Row("gather", DSC_ERROR_DTYPE) { dsc_gather($0.handle, 0, $0.handle, $1) },
      Row("scatter_add", DSC_ERROR_SIZE) {
        dsc_scatter_add($0.handle, 0, matrixBeyond.handle, $0.handle, $1)
      },
      Row("index_select", DSC_ERROR_SIZE) { dsc_index_select($0.handle, 0, beyond.handle, $1) },
      Row("index_select", DSC_ERROR_SIZE) { dsc_index_select($0.handle, 0, negative.handle, $1) },
      Row("index_add", DSC_ERROR_SIZE) { dsc_index_add($0.handle, 0, places.handle, $0.handle, $1) },
      Row("embedding", DSC_ERROR_SIZE) { dsc_embedding($0.handle, beyond.handle, nil, $1) },
      Row("embedding", DSC_ERROR_ARGUMENT) {
        var options = dsc_embedding_options(padding: 3, scale_by_frequency: false, sparse: false)
        return dsc_embedding($0.handle, places.handle, &options, $1)
      },
      Row("one_hot", DSC_ERROR_SIZE) { _, r in dsc_one_hot(places.handle, 2, r) },
      Row("one_hot", DSC_ERROR_ARGUMENT) { _, r in dsc_one_hot(places.handle, 0, r) },
      Row("pad", DSC_ERROR_SIZE) { dsc_pad($0.handle, 1, [-3, -2], DSC_PAD_CONSTANT, 0, $1) },
      Row("pad", DSC_ERROR_SIZE) { dsc_pad($0.handle, 1, [4, 0], DSC_PAD_REFLECT, 0, $1) },
      Row("pad", DSC_ERROR_SIZE) { dsc_pad($0.handle, 3, [0, 0, 0, 0, 0, 0], DSC_PAD_CONSTANT, 0, $1) },
      Row("pad", DSC_ERROR_ARGUMENT) { dsc_pad($0.handle, 1, [1, 1], dsc_padding(rawValue: 4), 0, $1) },
      Row("cumsum", DSC_ERROR_SIZE) { dsc_cumsum($0.handle, 2, $1) },
      Row("sort", DSC_ERROR_SIZE) { dsc_sort($0.handle, 2, false, $1, $1 + 1) },
      Row("topk", DSC_ERROR_SIZE) { dsc_topk($0.handle, 5, 1, true, $1, $1 + 1) },
      Row("flip", DSC_ERROR_SIZE) { dsc_flip($0.handle, 2, [0, -2], $1) },
      Row("tile", DSC_ERROR_OVERFLOW) { dsc_tile($0.handle, 1, [1 << 61], $1) },
      Row("tril", DSC_ERROR_SIZE) { _, r in dsc_tril(row.handle, 0, r) },
      Row("logical_not", DSC_ERROR_DTYPE) { dsc_logical_not($0.handle, $1) },
      Row("mse_loss", DSC_ERROR_SIZE) { dsc_mse_loss($0.handle, row.handle, DSC_REDUCTION_MEAN, $1) },
      Row("mse_loss", DSC_ERROR_ARGUMENT) {
        dsc_mse_loss($0.handle, $0.handle, dsc_reduction(rawValue: 9), $1)
      },
      Row("huber_loss", DSC_ERROR_ARGUMENT) { x, r in
        var options = dsc_huber_options(delta: 0, reduction: DSC_REDUCTION_MEAN)
        return dsc_huber_loss(x.handle, x.handle, &options, r)
      },
      Row("cross_entropy_loss", DSC_ERROR_CLASS) { x, r in
        let targets = index([0, 4, 1])
        return withExtendedLifetime(targets) { dsc_cross_entropy_loss(x.handle, targets.handle, nil, r) }
      },
      Row("exp", DSC_ERROR_ARGUMENT) { x, _ in dsc_exp(x.handle, nil) },
      Row("add", DSC_ERROR_ARGUMENT) { x, _ in dsc_add(x.handle, x.handle, nil) },
      Row("sort", DSC_ERROR_ARGUMENT) { x, r in dsc_sort(x.handle, 0, false, r, nil) },
    ]

  @Test func shapesAndRanges() {
    let x = T(exactNumbers(12, step: 1), [3, 4])
    for row in Self.rows {
      var results = [OpaquePointer?](repeating: nil, count: 3)
      let status = results.withUnsafeMutableBufferPointer { row.call(x, $0.baseAddress!) }
      refused(row.name, status, row.status, row.name)
      #expect(results.allSatisfy { $0 == nil }, "\(row.name) wrote a result")
    }
  }
}
