import CDescent
import Testing

/// Statuses, messages and refusals of the C functions: a refused call changes nothing.
@Suite struct StatusTests {
  private func lastError() -> String { String(cString: dsc_last_error()) }

  @Test func everyStatusHasASentence() {
    let unknown = String(cString: dsc_status_string(-999))
    let statuses = [DSC_OK, DSC_STEP_SKIPPED] + Array(DSC_ERROR_THREADS...DSC_ERROR_ARGUMENT)
    let sentences = statuses.map { String(cString: dsc_status_string(dsc_status($0))) }
    #expect(Set(sentences).count == statuses.count && !sentences.contains(unknown))
  }

  @Test func typesAndVersion() {
    #expect(dsc_dtype_size(DSC_FLOAT32) == 4 && dsc_dtype_size(DSC_FLOAT64) == 8)
    #expect(dsc_dtype_size(dsc_dtype(rawValue: 7)) == 0)
    #expect(
      String(cString: dsc_version()) == "\(DSC_VERSION_MAJOR).\(DSC_VERSION_MINOR).\(DSC_VERSION_PATCH)")
  }

  @Test func contexts() {
    var context: OpaquePointer?
    #expect(dsc_context_create(-1, &context) == DSC_ERROR_ARGUMENT && lastError().contains("-1"))
    #expect(dsc_context_create(257, &context) == DSC_ERROR_ARGUMENT)
    #expect(dsc_context_create(3, &context) == DSC_OK && dsc_context_threads(context) == 3)
    dsc_context_destroy(context)
    dsc_context_destroy(nil)
    #expect(dsc_context_threads(nil) >= 1)
  }

  @Test func memory() {
    var block: UnsafeMutableRawPointer?
    #expect(dsc_allocate(0, &block) == DSC_OK && block != nil)
    dsc_free(block)
    #expect(dsc_allocate(5 << 20, &block) == DSC_OK && UInt(bitPattern: block) % 64 == 0)
    dsc_free(block)
    #expect(dsc_allocate(Int(bitPattern: UInt.max), &block) == DSC_ERROR_OVERFLOW)
    #expect(dsc_allocate(Int.max / 4, &block) == DSC_ERROR_MEMORY)
  }

  @Test func products() {
    var (a, b, c): ([Float], [Float], [Float]) = ([1, 2], [3, 4], [9])
    #expect(
      dsc_gemm(nil, dsc_dtype(rawValue: 9), false, false, 1, 1, 2, 1, a, b, 0, &c) == DSC_ERROR_ARGUMENT)
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 2, 1, nil, b, 0, &c) == DSC_ERROR_ARGUMENT)
    #expect(lastError().contains("a is NULL"))
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1 << 31, 1, 1, 1, a, b, 0, &c) == DSC_ERROR_OVERFLOW)
    #expect(c == [9])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 2, 2, a, b, 1, &c) == DSC_OK && c == [31])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 0, 1, nil, nil, 0, &c) == DSC_OK && c == [0])
    (a, b) = ([], [])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 0, 3, 2, 1, a, b, 0, nil) == DSC_OK)
  }

  @Test func linearLayers() {
    var layer = dsc_linear()
    #expect(dsc_linear_forward(nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_SIZE && lastError().contains("0 inputs"))
    (layer.batch, layer.inputs, layer.outputs) = (1, 2, 3)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_ARGUMENT && lastError().contains("w is NULL"))
    layer.activation = dsc_activation(rawValue: 5)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_ARGUMENT && lastError().contains("activation 5"))
    #expect(dsc_linear_backward(nil, &layer, nil) == DSC_ERROR_ARGUMENT)
  }

  /// An empty batch has zero gradients, unless they are added to what is there.
  @Test(arguments: [4, 600]) func emptyBatches(_ inputs: Int) {
    let weights = [Float](repeating: 1, count: inputs * 2)
    var (dw, db) = ([Float](repeating: 7, count: inputs * 2), [Float](repeating: 7, count: 2))
    weights.withUnsafeBytes { w in
      dw.withUnsafeMutableBytes { dw in
        db.withUnsafeMutableBytes { db in
          var layer = dsc_linear()
          (layer.inputs, layer.outputs, layer.w) = (inputs, 2, w.baseAddress)
          var gradients = dsc_linear_gradients()
          (gradients.dw, gradients.db) = (dw.baseAddress, db.baseAddress)
          #expect(dsc_linear_forward(nil, &layer) == DSC_OK)
          #expect(dsc_linear_backward(nil, &layer, &gradients) == DSC_OK)
        }
      }
    }
    #expect(dw.allSatisfy { $0 == 0 } && db == [0, 0])
  }

  @Test func classesOutsideAreRefusedBeforeAnythingIsWritten() {
    let logits: [Float] = [1, 2, 3, 4, 5, 6]
    for bad in [-1, 3, 1 << 62] as [Int64] {
      let targets: [Int64] = [0, bad]
      var (value, gradient): (Float, [Float]) = (9, [Float](repeating: 9, count: 6))
      let status = crossEntropy(logits, targets, classes: 3) {
        dsc_cross_entropy_run(nil, $0, &value, &gradient)
      }
      #expect(status == DSC_ERROR_CLASS && lastError().contains("\(bad) of sample 1"))
      #expect(value == 9 && gradient.allSatisfy { $0 == 9 })
    }
  }

  @Test func lossArguments() {
    var value: Float = 0
    func run(_ change: (inout dsc_cross_entropy) -> Void) -> Int {
      Int(
        crossEntropy([1], [0], classes: 1) { loss in
          var loss = loss.pointee
          change(&loss)
          return dsc_cross_entropy_run(nil, &loss, &value, nil)
        })
    }
    #expect(run { _ in } == DSC_OK)
    #expect(run { $0.over.classes = 0 } == DSC_ERROR_SIZE)
    #expect(run { $0.label_smoothing = 1.5 } == DSC_ERROR_ARGUMENT && lastError().contains("1.5"))
    #expect(run { $0.label_smoothing = .nan } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.reduction = dsc_reduction(rawValue: 8) } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.input = nil } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.samples = .max } == DSC_ERROR_OVERFLOW)
    #expect(dsc_cross_entropy_run(nil, nil, nil, nil) == DSC_ERROR_ARGUMENT)
  }

  @Test func lossesOfElements() {
    var (value, gradient): (Double, [Double]) = (9, [9, 9])
    func run(
      _ kind: dsc_pointwise, _ parameter: Double = 0.5, x: [Double] = [0.25, 0.5], z: [Double] = [1, 1],
      _ change: (inout dsc_pointwise_loss) -> Void = { _ in }
    ) -> Int {
      x.withUnsafeBytes { x in
        z.withUnsafeBytes { z in
          var loss = dsc_pointwise_loss()
          (loss.dtype, loss.kind, loss.n, loss.parameter) = (DSC_FLOAT64, kind, 2, parameter)
          (loss.x, loss.y, loss.z) = (x.baseAddress, x.baseAddress, z.baseAddress)
          loss.reduction = DSC_REDUCTION_SUM
          change(&loss)
          return Int(dsc_pointwise_loss_run(nil, &loss, &value, &gradient, nil, nil))
        }
      }
    }
    #expect(run(dsc_pointwise(rawValue: 99)) == DSC_ERROR_ARGUMENT && lastError().contains("99"))
    #expect(run(DSC_POINTWISE_SMOOTH_L1, -1) == DSC_ERROR_ARGUMENT && lastError().contains("beta is -1"))
    #expect(run(DSC_POINTWISE_HUBER, 0) == DSC_ERROR_ARGUMENT && lastError().contains("(0, inf)"))
    #expect(run(DSC_POINTWISE_QUANTILE, 1) == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_FOCAL, .nan) == DSC_ERROR_ARGUMENT)
    #expect(
      run(DSC_POINTWISE_BCE, x: [0.5, 1.5]) == DSC_ERROR_ARGUMENT
        && lastError().contains("probability 1 is 1.5"))
    #expect(
      run(DSC_POINTWISE_GAUSSIAN_NLL, z: [1, -2]) == DSC_ERROR_ARGUMENT
        && lastError().contains("variance 1 is -2"))
    #expect(run(DSC_POINTWISE_GAUSSIAN_NLL) { $0.z = nil } == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { $0.y = nil } == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { $0.n = .max } == DSC_ERROR_OVERFLOW)
    #expect(value == 9 && gradient == [9, 9], "nothing is written")
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { ($0.n, $0.x, $0.y) = (0, nil, nil) } == DSC_OK && value == 0)
    #expect(run(DSC_POINTWISE_BCE, x: [.nan, 0.5]) == DSC_OK && value.isNaN)
  }

  @Test func lossesOfRowsAndSequences() {
    var (value, gradient): (Double, [Double]) = (9, [9, 9, 9])
    let x: [Double] = [1, 2, 3]
    for (kind, targets) in [
      (DSC_ROW_MULTI_MARGIN, [Int64(3), 0, 0]), (DSC_ROW_MULTI_MARGIN, [-1, 0, 0]),
      (DSC_ROW_MULTI_MARGIN, [1 << 62, 0, 0]), (DSC_ROW_MULTILABEL_MARGIN, [0, 3, -1]),
      (DSC_ROW_MULTILABEL_MARGIN, [0, -2, -1]),
    ] {
      var loss = dsc_row_loss()
      (loss.dtype, loss.kind, loss.rows, loss.columns, loss.p) = (DSC_FLOAT64, kind, 1, 3, 1)
      let status = x.withUnsafeBytes { x in
        targets.withUnsafeBufferPointer { targets in
          (loss.x, loss.targets) = (x.baseAddress, targets.baseAddress)
          return dsc_row_loss_run(nil, &loss, &value, &gradient, nil, nil)
        }
      }
      #expect(status == DSC_ERROR_CLASS && value == 9 && gradient == [9, 9, 9])
    }
    var rows = dsc_row_loss()
    (rows.dtype, rows.kind, rows.columns, rows.p) = (DSC_FLOAT64, DSC_ROW_MULTI_MARGIN, 3, 3)
    #expect(
      dsc_row_loss_run(nil, &rows, &value, nil, nil, nil) == DSC_ERROR_ARGUMENT
        && lastError().contains("1 or 2"))
    (rows.p, rows.columns) = (1, 0)
    #expect(dsc_row_loss_run(nil, &rows, &value, nil, nil, nil) == DSC_ERROR_SIZE)
    var ctc = dsc_ctc()
    (ctc.dtype, ctc.steps, ctc.samples, ctc.classes, ctc.blank) = (DSC_FLOAT64, 1, 1, 3, 3)
    #expect(dsc_ctc_run(nil, &ctc, &value, nil) == DSC_ERROR_CLASS && lastError().contains("blank 3"))
    ctc.blank = 0
    for (steps, length, target, expected) in [
      (Int64(2), Int64(1), Int64(1), DSC_ERROR_ARGUMENT), (1, -1, 1, DSC_ERROR_ARGUMENT),
      (1, 1, 0, DSC_ERROR_CLASS), (1, 1, 3, DSC_ERROR_CLASS), (1, 1, -1, DSC_ERROR_CLASS),
    ] {
      let status = x.withUnsafeBytes { x in
        [steps, length, target].withUnsafeBufferPointer { numbers in
          ctc.log_probabilities = x.baseAddress
          (ctc.input_lengths, ctc.target_lengths) = (numbers.baseAddress, numbers.baseAddress! + 1)
          ctc.targets = numbers.baseAddress! + 2
          return dsc_ctc_run(nil, &ctc, &value, nil)
        }
      }
      #expect(Int(status) == expected && value == 9)
    }
    #expect(dsc_softmax_run(nil, DSC_FLOAT64, 1, 0, 1, false, x, &gradient) == DSC_ERROR_SIZE)
    #expect(
      dsc_complex_l1_run(nil, DSC_FLOAT64, 1, nil, nil, DSC_REDUCTION_SUM, &value, nil) == DSC_ERROR_ARGUMENT)
    var linear = dsc_linear_cross_entropy()
    #expect(dsc_linear_cross_entropy_run(nil, &linear, &value, nil, nil, nil) == DSC_ERROR_SIZE)
    #expect(dsc_linear_cross_entropy_workspace(DSC_FLOAT32, 1000, 10) == 128 * 10 * 2 * 4)
  }

  private func crossEntropy(
    _ logits: [Float], _ targets: [Int64], classes: Int,
    _ body: (UnsafePointer<dsc_cross_entropy>) -> dsc_status
  ) -> dsc_status {
    logits.withUnsafeBytes { logits in
      targets.withUnsafeBufferPointer { targets in
        var loss = dsc_cross_entropy()
        (loss.over.dtype, loss.over.samples, loss.over.classes) = (DSC_FLOAT32, targets.count, classes)
        (loss.over.input, loss.over.targets) = (logits.baseAddress, targets.baseAddress)
        (loss.over.ignore_index, loss.over.reduction) = (-100, DSC_REDUCTION_MEAN)
        return body(&loss)
      }
    }
  }

  @Test func gathering() {
    let bytes: [UInt8] = [0, 255]
    var out: [Float] = [7, 7]
    for bad in [-1, 2] as [Int64] {
      #expect(dsc_gather_bytes(nil, 2, 1, bytes, 2, [0, bad], &out) == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("\(bad) at place 1") && out == [7, 7])
    }
    #expect(dsc_gather_bytes(nil, 2, 1, bytes, 2, [1, 0], &out) == DSC_OK && out == [1, 0])
    #expect(dsc_gather_rows(nil, 0, 4, nil, 0, nil, nil) == DSC_OK)
  }

  @Test func random() {
    var random = dsc_random()
    dsc_random_seed(&random, 0)
    var value: Float = 5
    #expect(dsc_random_uniform(&random, DSC_FLOAT32, 1, 1, 0, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_uniform(&random, DSC_FLOAT32, 1, 0, .infinity, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_normal(&random, DSC_FLOAT32, 1, 0, -1, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_permutation(&random, 1 << 40, nil) == DSC_ERROR_ARGUMENT)
    #expect(value == 5)
    // The first outputs of MT19937 from seed 0, as NumPy's RandomState(0) gives them.
    #expect((0..<3).map { _ in dsc_random_next32(&random) } == [2_357_136_044, 2_546_248_239, 3_071_714_933])
  }

  @Test func elementwise() {
    var (x, out): ([Float], [Float]) = ([4, 9], [0, 0])
    #expect(dsc_unary_run(nil, DSC_FLOAT32, DSC_SQRT, 2, x, &out) == DSC_OK && out == [2, 3])
    #expect(dsc_unary_run(nil, DSC_FLOAT32, dsc_unary(rawValue: 99), 2, x, &out) == DSC_ERROR_ARGUMENT)
    #expect(dsc_unary_run(nil, DSC_FLOAT32, DSC_EXP, 2, nil, &out) == DSC_ERROR_ARGUMENT)
    var operand = dsc_operand()
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 9, [1, 1, 1, 1, 1, 1, 1, 1, 1], &operand, &out) == DSC_ERROR_SIZE)
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 2, [.max, 4], &operand, &out) == DSC_ERROR_OVERFLOW)
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 1, [2], &operand, &out) == DSC_ERROR_ARGUMENT)
    #expect(
      dsc_binary_run(nil, DSC_FLOAT32, dsc_binary(rawValue: 99), 0, nil, &operand, &operand, &out)
        == DSC_ERROR_ARGUMENT)
    #expect(dsc_sum_run(nil, DSC_FLOAT32, .max, 2, 2, x, &out) == DSC_ERROR_OVERFLOW)
    var index: Int64 = -1
    #expect(dsc_argmax_run(DSC_FLOAT32, 1, 0, x, &index) == DSC_ERROR_SIZE)
    x = [1, .nan]
    #expect(dsc_argmax_run(DSC_FLOAT32, 1, 2, x, &index) == DSC_OK && index == 1)
  }
}
